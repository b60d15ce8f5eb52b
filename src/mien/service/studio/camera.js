/** Camera and microphone, in words where there are none. */

const WORDS = {
  NotAllowedError: "The browser does not let this page use it. Allow it in the address bar.",
  NotFoundError: "None is connected to this computer.",
  NotReadableError: "Another program uses it.",
};

/** What `constraints` ask for. */
export async function opened(constraints) {
  if (!navigator.mediaDevices) {
    throw new Error("Browsers give camera and microphone to pages of this computer or over HTTPS only.");
  }
  try {
    return await navigator.mediaDevices.getUserMedia(constraints);
  } catch (error) {
    const which = constraints.video ? "Camera" : "Microphone";
    throw new Error(`${which}: ${WORDS[error.name] ?? error.message}`);
  }
}

/** The camera in a `<video>`, until it is closed. */
export async function openCamera(view) {
  const stream = await opened({ video: { width: 640, height: 480 } });
  view.srcObject = stream;
  await view.play();
  return {
    stream,
    close() {
      for (const track of stream.getTracks()) track.stop();
      view.srcObject = null;
    },
  };
}

/** The camera as a film, until it is stopped: a File. */
export function recordFilm(stream) {
  const type = ["video/webm;codecs=vp8", "video/mp4"].find((each) => MediaRecorder.isTypeSupported(each));
  const recorder = new MediaRecorder(stream, { mimeType: type, videoBitsPerSecond: 2_500_000 });
  const pieces = [];
  recorder.addEventListener("dataavailable", ({ data }) => pieces.push(data));
  const ended = new Promise((resolve) => recorder.addEventListener("stop", resolve, { once: true }));
  recorder.start();
  return async () => {
    recorder.stop();
    await ended;
    const extension = type.includes("mp4") ? "mp4" : "webm";
    return new File(pieces, `camera.${extension}`, { type: type.split(";")[0] });
  };
}
