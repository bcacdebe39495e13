const page = JSON.parse(document.getElementById("data").textContent);
const heading = document.createElement("h1");
heading.textContent = page.title;
document.body.append(heading);
