/** What the page asks for, as a command and as requests with curl. */

import { BASE } from "./api.js";

const VERBS = { animate: "animate", express: "express", talk: "talk", edit: "edit" };
const APART = new Set(["kind", "source", "driving", "audio", "format", "edits", "every", "relative", "portrait"]);

const quoted = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
const flag = (name) => `--${name.replaceAll("_", "-")}`;

/** `request`: of a job, in a studio that knows how its files are called. */
export function commandsOf(request, studio) {
  return { shell: shell(request, studio), curl: curl(request, studio) };
}

/** A still's request as the job that makes the same picture. */
export function asJob({ portrait, ...look }) {
  const kind = look.emotion === undefined ? "edit" : "express";
  return { kind, source: portrait, ...look };
}

function shell(request, { names, words: said }) {
  const words = ["mien", VERBS[request.kind], names[request.source] ?? "portrait.png"];
  if (request.driving) words.push("--driving", names[request.driving] ?? request.driving);
  const typed = said[request.audio];
  if (typed) words.push("--say", typed.text, "--voice", typed.voice);
  else if (request.audio) words.push("--audio", names[request.audio] ?? "speech.wav");
  if (request.every) words.push("--all");
  if (request.relative === false) words.push("--absolute");
  const plain = Object.entries(request).filter(([name]) => !APART.has(name) && !(typed && name === "text"));
  for (const [name, value] of [...plain, ...Object.entries(request.edits ?? {})]) {
    if (typeof value === "boolean") words.push(value ? flag(name) : `--no-${flag(name).slice(2)}`);
    else if (value !== undefined && value !== null) words.push(flag(name), String(value));
  }
  words.push("-o", outputName(request));
  return words.map(quoted).join(" ");
}

const authOf = ({ api }) => (api.key === undefined ? "" : ' -H "Authorization: Bearer $MIEN_KEY"');

function curl(request, studio) {
  const { names, words } = studio;
  const auth = authOf(studio);
  const sent = (path, id) => `curl -s${auth} -F file=@${quoted(names[id] ?? "file")} ${BASE}${path}`;
  const lines = [sent("/v1/portraits", request.source)];
  for (const id of [request.driving, request.audio]) {
    if (words[id]) lines.push(`curl -s${auth} ${BASE}/v1/speech --json ${quoted(JSON.stringify(words[id]))}`);
    else if (id && !id.startsWith("idle:")) lines.push(sent("/v1/drivers", id));
  }
  const json = quoted(JSON.stringify(request));
  lines.push(
    `JOB=$(curl -s${auth} ${BASE}/v1/jobs -D - -o /dev/null --json ${json} | sed -n 's/^location: \\([^\\r]*\\).*/\\1/p')`,
    `curl -sN${auth} ${BASE}$JOB/events`,
    `curl -s${auth} ${BASE}$JOB/result -o ${quoted(outputName(request))}`,
  );
  return lines.join("\n");
}

/** The same for a still, which is answered at once. */
export function stillCommands(request, studio) {
  const { names } = studio;
  const auth = authOf(studio);
  const job = asJob(request);
  const lines = [
    `curl -s${auth} -F file=@${quoted(names[request.portrait] ?? "portrait.png")} ${BASE}/v1/portraits`,
    `curl -s${auth} ${BASE}/v1/stills -o ${quoted(outputName(job))} --json ${quoted(JSON.stringify(request))}`,
  ];
  return { shell: shell(job, studio), curl: lines.join("\n") };
}

function outputName({ kind, emotion, format, every }) {
  if (every) return `emotions.${format ?? "png"}`;
  const name = { animate: "animated", talk: "talking", edit: "edited", express: emotion ?? "face" };
  return `${name[kind]}.${format ?? "png"}`;
}
