import { Api, wordsOf } from "./api.js";
import { Batch } from "./batch.js";
import { Captions } from "./captions.js";
import { stillCommands } from "./commands.js";
import { askKey, complain, showCommand } from "./dialogs.js";
import { byId, save } from "./dom.js";
import { Drive } from "./drive.js";
import { Edit } from "./edit.js";
import { Emotions } from "./emotions.js";
import { Engines } from "./engines.js";
import { Films } from "./films.js";
import { makes, trying, valuesOf } from "./forms.js";
import { Live } from "./live.js";
import { Portraits } from "./portrait.js";
import { Stage } from "./stage.js";
import { Studio } from "./studio.js";
import { tabs } from "./tabs.js";
import { Talk } from "./talk.js";

const api = new Api(askKey);
const studio = new Studio(api);
const stage = new Stage(studio);
const live = new Live(studio, stage);
const captions = new Captions(studio);
const films = new Films(studio, stage, captions);
const emotions = new Emotions(studio, stage, live);
const portraits = new Portraits(studio, stage);
const engines = new Engines(studio, live);
const talk = new Talk(studio, films, emotions, live, captions);
new Drive(studio, films, live);
new Edit(studio, stage, films, emotions);
new Batch(studio, stage, films, emotions);
tabs(document.querySelector('[role="tablist"]'), (tab) => captions.rest(tab === "talk"));

makes(byId("emotion-form"), studio, films, () => {
  const { format, duration } = valuesOf(byId("emotion-form"));
  const emotion = emotions.chosen;
  if (!emotion) throw new Error("Click an emotion first.");
  return {
    kind: "express", source: studio.needPicture().id, emotion, intensity: emotions.intensity,
    ...studio.common, ...(duration ? { duration: Number(duration) } : {}), format,
  };
});

byId("save").addEventListener("click", () =>
  trying(async () => {
    studio.needPicture();
    const blob = await stage.busy(api.still(stage.request(stage.look, "png")));
    save(blob, `${stage.look.emotion ?? (stage.look.edits ? "edited" : "portrait")}.png`);
  }),
);
byId("command-still").addEventListener("click", () =>
  trying(() => {
    studio.needPicture();
    showCommand(stillCommands(stage.request(stage.look, "png"), studio));
  }),
);
for (const change of ["face", "engine"]) {
  studio.addEventListener(change, () =>
    trying(async () => {
      if (!studio.portrait || (live.preferred && (await live.resume()))) return;
      await stage.wear(stage.look);
    }),
  );
}

const showKey = () => (byId("key-open").hidden = api.key === undefined);
api.addEventListener("key", showKey);
byId("key-open").addEventListener("click", () => api.changeKey());
showKey();

try {
  await emotions.load();
  await Promise.all([engines.load(), talk.load(), films.recall(), portraits.recall()]);
} catch (error) {
  complain(wordsOf(error));
}
document.documentElement.dataset.ready = "yes";
