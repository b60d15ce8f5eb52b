import { after, before, test } from "node:test";
import { openBrowser } from "./browser.js";
const { MIEN_URL: url, MIEN_KEY: key } = process.env;
test("lat", async (t) => {
  const browser = await openBrowser(); const page = await browser.newPage();
  page.on("console", m=>console.log(m.text()));
  await page.goto(`${url}/studio`);
  for (const size of [256,512]) for (const mode of ["src"]) {
  const out = await page.evaluate(async ([bearer,size,mode]) => {
    const call = async (path, options = {}) => { const a = await fetch(path, {...options, headers:{Authorization:`Bearer ${bearer}`,...options.headers}}); return a.json(); };
    const { portraits } = await call("/v1/portraits");
    const { id } = await call("/v1/sessions", {method:"POST",headers:{"Content-Type":"application/json"},body:JSON.stringify({portrait:portraits[0].id,size})});
    const {ticket} = await call(`/v1/sessions/${id}/ticket`,{method:"POST"});
    const video=document.createElement("video"); video.muted=true; document.body.append(video);
    const t0=performance.now(); let got=0;
    const src=`/v1/sessions/${id}/stream.mp4?ticket=${ticket}`;
    if (mode==="src") video.src=src; else {
      const ms=new MediaSource(); video.src=URL.createObjectURL(ms);
      await new Promise(r=>ms.addEventListener("sourceopen",r));
      const sb=ms.addSourceBuffer('video/mp4; codecs="avc1.640014,mp4a.40.2"');
      (async()=>{ const a=await fetch(src); const rd=a.body.getReader(); for(;;){ const {value,done}=await rd.read(); if(done) return; got+=value.length; sb.appendBuffer(value); await new Promise(r=>sb.addEventListener("updateend",r,{once:true})); } })();
    }
    void video.play();
    const lats=[]; let first;
    for (let n=0;n<75;n++){ const f=await new Promise(r=>video.requestVideoFrameCallback((now,m)=>r(m))); const now=performance.now(); first??=now-t0; lats.push(Math.round(now-t0-1000*f.mediaTime)); }
    await call(`/v1/sessions/${id}`,{method:"DELETE"});
    return {size,mode,first:Math.round(first),lat:[lats[0],lats[20],lats[40],lats[74]],kbps: got? Math.round(got*8/(performance.now()-t0)):0, stalls: video.getVideoPlaybackQuality().droppedVideoFrames};
  },[key,size,mode]);
  console.log(JSON.stringify(out));
  }
  await browser.close();
});
