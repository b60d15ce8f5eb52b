import { opened } from "./camera.js";

/**
 * The microphone as sound in pieces: 16 bit, mono, until it is closed.
 *
 * `onSound(samples, rate)`: an Int16Array of about 20 ms.
 */
export async function openMicrophone(onSound) {
  const stream = await opened({ audio: { channelCount: 1, echoCancellation: true } });
  const context = new AudioContext();
  await context.audioWorklet.addModule(new URL("pcm-worklet.js", import.meta.url));
  const node = new AudioWorkletNode(context, "pcm", { numberOfOutputs: 0, channelCount: 1 });
  node.port.addEventListener("message", ({ data }) => onSound(data, context.sampleRate));
  node.port.start();
  context.createMediaStreamSource(stream).connect(node);
  return {
    rate: context.sampleRate,
    async close() {
      for (const track of stream.getTracks()) track.stop();
      await context.close();
    },
  };
}

/** Pieces of sound as a WAV file. */
export function wav(pieces, rate) {
  const length = pieces.reduce((sum, each) => sum + each.length, 0);
  const view = new DataView(new ArrayBuffer(44));
  const text = (at, word) => [...word].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + 2 * length, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, 2 * length, true);
  return new File([view.buffer, ...pieces], "recording.wav", { type: "audio/wav" });
}
