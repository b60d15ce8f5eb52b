/** The sliders of docs/editing.md: name, words, lowest, highest, where it rests. Ratios rest unset. */
export const GROUPS = [
  ["Mouth", [
    ["smile", "Smile", -1, 1, 0],
    ["grin", "Grin", 0, 1, 0],
    ["pout", "Pout", -1, 1, 0],
    ["purse", "Purse", -1, 1, 0],
    ["lip_close", "Press lips", -1, 1, 0],
    ["lips_open", "Lips open", 0, 0.8, null],
  ]],
  ["Eyes and brows", [
    ["brow", "Brows", -1, 1, 0],
    ["wink_left", "Wink, left", 0, 1, 0],
    ["wink_right", "Wink, right", 0, 1, 0],
    ["eyes_open", "Eyes open", 0, 0.8, null],
    ["gaze_x", "Look sideways", -1, 1, 0],
    ["gaze_y", "Look up", -1, 1, 0],
  ]],
  ["Head", [
    ["yaw", "Turn", -25, 25, 0],
    ["pitch", "Nod", -15, 15, 0],
    ["roll", "Tilt", -15, 15, 0],
    ["move_x", "Shift", -1, 1, 0],
    ["move_y", "Lift", -1, 1, 0],
    ["zoom", "Nearer", 0.9, 1.2, 1],
  ]],
];
