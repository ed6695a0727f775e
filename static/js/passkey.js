// allauth's own scripts talk to the authenticator; this tells the person when that did not work, and hides what the
// browser cannot do. Without JavaScript the password form works alone.
const button = document.getElementById("passkey_login");
if (button && !window.PublicKeyCredential) {
  button.hidden = true;
  document.querySelector(".divider")?.setAttribute("hidden", "");
}

document.addEventListener("allauth.error", (event) => {
  const place = document.getElementById("passkey_error");
  if (!place) return;
  event.preventDefault();
  place.hidden = false;
});
