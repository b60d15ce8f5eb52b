import { problemIn } from "./client/answers.js";
import { byId } from "./dom.js";

const ENOUGH_MS = 2000;

/** Pictures and sound of a session over WebRTC, on a canvas and in the loudspeaker. */
export class Watching {
  #api;
  #canvas;
  #peer;
  #place;
  #closed = false;
  #heldMs = 0;
  drawn = 0;
  /** There is no clock of the session in WebRTC. */
  time = undefined;

  constructor(api, canvas) {
    this.#api = api;
    this.#canvas = canvas;
  }

  /** `onPicture`: told of each that was drawn; `onEnd`: in words, when it ends by itself. */
  async open(session, onPicture, onEnd) {
    const path = `/v1/sessions/${session}/whep`;
    const peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    this.#peer = peer;
    for (const kind of ["video", "audio"]) peer.addTransceiver(kind, { direction: "recvonly" });
    const stream = new MediaStream();
    peer.addEventListener("track", ({ track }) => stream.addTrack(track));
    peer.addEventListener("connectionstatechange", () => {
      if (peer.connectionState === "failed" && !this.#closed) onEnd("WebRTC does not get through to the service");
    });
    await peer.setLocalDescription();
    await gathered(peer);
    const headers = { "Content-Type": "application/sdp" };
    const body = peer.localDescription.sdp;
    const answer = await this.#api.fetch(path, { method: "POST", headers, body });
    if (!answer.ok) throw await problemIn(answer);
    this.#place = answer.headers.get("Location");
    if (this.#closed) return this.#leave();
    await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
    const video = byId("watched");
    video.srcObject = stream;
    void video.play().catch(() => undefined); // until the reader clicks something
    const draw = (now, seen) => {
      if (this.#closed) return;
      this.#draw(video, seen);
      onPicture();
      video.requestVideoFrameCallback(draw);
    };
    video.requestVideoFrameCallback(draw);
  }

  /** How long pictures wait here before they are seen, milliseconds. */
  get heldMs() {
    return this.#heldMs;
  }

  clear() {
    // The service leaves out what was not said yet; what is under way is some 80 ms.
  }

  /** `leaves`: the session goes on, and is told. */
  close(leaves = true) {
    if (this.#closed) return;
    this.#closed = true;
    this.#peer?.close();
    byId("watched").srcObject = null;
    if (this.#place && leaves) this.#leave();
  }

  #draw(video, { receiveTime, expectedDisplayTime }) {
    const { videoWidth: width, videoHeight: height } = video;
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    this.#canvas.getContext("2d").drawImage(video, 0, 0);
    this.drawn += 1;
    if (receiveTime !== undefined) this.#heldMs = expectedDisplayTime - receiveTime;
  }

  #leave() {
    const end = { method: "DELETE", keepalive: true };
    void this.#api.fetch(this.#place, end).catch(() => undefined);
  }
}

/** All ways that this computer can be reached by are known, or enough of them. */
function gathered(peer) {
  return new Promise((resolve) => {
    const done = () => peer.iceGatheringState === "complete" && resolve();
    peer.addEventListener("icegatheringstatechange", done);
    setTimeout(resolve, ENOUGH_MS);
    done();
  });
}
