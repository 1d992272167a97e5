/** Files that stand beside the page on a host, by their path: gzip, then base64. */
declare module "virtual:files" {
  const files: Readonly<Record<string, string>>;
  export default files;
}
