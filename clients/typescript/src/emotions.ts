/** The expressions that are built in. The service may know more: `expressions()` lists them all. */
export const EmotionType = {
  NEUTRAL: "neutral",
  HAPPY: "happy",
  SAD: "sad",
  SURPRISED: "surprised",
  ANGRY: "angry",
  DISGUSTED: "disgusted",
  FEARFUL: "fearful",
  EXCITED: "excited",
  MANIC: "manic",
  CALM: "calm",
} as const;

export type EmotionType = (typeof EmotionType)[keyof typeof EmotionType];

/** One of the built-in expressions, or the name of one of your own. */
export type Expression = EmotionType | (string & {});
