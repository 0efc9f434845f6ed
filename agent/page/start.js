() => {
  const kept = localStorage.getItem("attune-theme");
  if (kept) document.body.classList.toggle("dark", kept === "dark");
  // Where a screen reader hears each reply once, instead of the whole conversation again.
  const voice = document.createElement("div");
  voice.id = "attune-voice";
  voice.className = "sr";
  voice.setAttribute("role", "status");
  document.body.append(voice);
}
