/** Files of a build by their path from the page, and what tells their content from any other. */
declare module "virtual:precache" {
  const files: Readonly<Record<string, string>>;
  export default files;
}
