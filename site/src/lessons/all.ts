import { lesson as backward } from "./backward.js";
import { lesson as bidirectional } from "./bidirectional.js";
import { lesson as exploding } from "./exploding.js";
import { lesson as forward } from "./forward.js";
import { lesson as gates } from "./gates.js";
import type { LessonId } from "./ids.js";
import type { Lesson } from "./lesson.js";
import { lesson as patterns } from "./patterns.js";
import { lesson as unfold } from "./unfold.js";
import { lesson as vanishing } from "./vanishing.js";

export const lessons: Readonly<Record<LessonId, Lesson>> = { unfold, patterns, forward, backward, vanishing, exploding, gates, bidirectional };
