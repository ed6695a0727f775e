/**
 * File upload: a chosen file is sent at once; the answer is what the server then says that it keeps. Without this file
 * the question's form sends it.
 */

const part = (form, name) => form.querySelector(`[data-${name}]`);

export function read(form) {
  return JSON.parse(part(form, "current")?.dataset.current ?? "null");
}

export function write(form, value) {
  const current = part(form, "current");
  if (!current) return; // in a lesson
  current.dataset.current = JSON.stringify(value);
  current.value = value?.file ?? "";
  const link = part(form, "name");
  part(form, "kept").hidden = !value;
  part(form, "first").hidden = Boolean(value);
  part(form, "other").hidden = !value;
  link.textContent = value?.name ?? "";
  if (value) link.href = link.dataset.pattern.replace("00000000-0000-0000-0000-000000000000", value.file);
  else if (!waiting.has(form)) part(form, "status").textContent = "";
}

const waiting = new Set(); // forms with a file that is not with the server yet

addEventListener("beforeunload", (event) => {
  if (waiting.size) event.preventDefault();
});

export function mount(form, notify) {
  const box = part(form, "upload");
  if (!box) return;
  const input = form.querySelector("input[type=file]");
  const button = part(form, "send");
  button.hidden = true; // for those without scripts, and for trying again
  input.addEventListener("change", () => send(form, notify));
  button.addEventListener("click", (event) => {
    event.preventDefault();
    send(form, notify);
  });
}

const sending = new WeakMap(); // form → the request on its way
const givenUp = new WeakMap(); // form → files whose request was given up: the server may have taken one all the same

/** Whether an answer that this page does not show is one that it has sent itself. Each is recognised once. */
function wasGivenUp(form, value) {
  const stem = (name) => name.replace(/\.[^.]*$/, "");
  const own = [...(givenUp.get(form) ?? [])].find((file) => file.size === value?.size && stem(file.name) === stem(value.name));
  return Boolean(own) && givenUp.get(form).delete(own);
}

async function send(form, notify) {
  const box = part(form, "upload");
  const input = form.querySelector("input[type=file]");
  const file = input.files[0];
  if (!file) return;
  sending.get(form)?.abort(); // another file was chosen meanwhile
  if (file.size > Number(box.dataset.limit)) {
    say(form, box.dataset.tooLarge, "failed");
    input.value = "";
    return;
  }
  waiting.add(form);
  part(form, "send").hidden = true;
  let answer;
  try {
    answer = await post(form, file);
  } catch (error) {
    if (error === "aborted") {
      givenUp.set(form, (givenUp.get(form) ?? new Set()).add(file));
      return;
    }
    progress(form, null);
    if (navigator.onLine) {
      say(form, box.dataset.failed, "failed");
      part(form, "send").hidden = false;
    } else {
      say(form, box.dataset.offline, "failed");
      addEventListener("online", () => waiting.has(form) && send(form, notify), { once: true });
    }
    return;
  }
  if (answer.body.stale && wasGivenUp(form, answer.body.value)) {
    write(form, answer.body.value); // the first choice came through; this is the second, and no other tab
    await send(form, notify);
    return;
  }
  progress(form, null);
  waiting.delete(form);
  input.value = "";
  if (answer.body.next) location.replace(answer.body.next);
  if (!answer.ok) {
    say(form, answer.body.message || box.dataset.failed, "failed");
    return;
  }
  write(form, answer.body.value);
  say(form, answer.body.message || box.dataset.uploaded, "saved");
  notify(""); // the status has just said it
}

/** XMLHttpRequest: fetch tells nothing of how much has gone. Rejects without an answer of the server. */
function post(form, file) {
  const data = new FormData();
  data.append("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
  data.append("shown", part(form, "current").value);
  data.append("file", file);
  const request = new XMLHttpRequest();
  sending.set(form, request);
  progress(form, 0); // over a slow line the first step takes its time
  return new Promise((resolve, reject) => {
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress(form, Math.round((event.loaded / event.total) * 100));
    });
    request.addEventListener("load", () => {
      let body = {};
      try {
        body = JSON.parse(request.responseText);
      } catch {
        if (request.status < 500) return resolve({ ok: false, body });
        return reject(request.status);
      }
      resolve({ ok: request.status === 200, body });
    });
    request.addEventListener("error", () => reject("network"));
    request.addEventListener("abort", () => reject("aborted"));
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.send(data);
  });
}

function progress(form, percent) {
  const bar = part(form, "progress");
  bar.hidden = percent === null;
  if (percent === null) return;
  bar.value = percent;
  // The bar shows each step; the status is read aloud and tells the quarters.
  const words = part(form, "upload").dataset.uploading.replace("{percent}", percent - (percent % 25));
  if (part(form, "status").textContent !== words) say(form, words);
}

function say(form, words, state = "") {
  part(form, "status").dataset.state = state;
  part(form, "status").textContent = words;
}
