/** The lessons, in their order. */
export const lessonIds = ["unfold", "patterns", "forward", "backward", "vanishing", "exploding", "gates", "bidirectional"] as const;
export type LessonId = (typeof lessonIds)[number];
