// A table of numbers on colored ground whose cells can be chosen by mouse or keyboard.
(() => {
  "use strict";
  const lipgan = window.lipgan;
  const { append, format } = lipgan;

  // Good to bad in logarithms, in colors that dark text can be read on.
  const COLORS = [[158, 208, 240], [232, 240, 200], [252, 214, 140], [240, 140, 120]];
  const GRADIENT = `linear-gradient(90deg, ${COLORS.map((c) => `rgb(${c.join(",")})`).join(",")})`;

  function color(distance, best, constant) {
    if (distance === null) return "rgb(205, 160, 190)";
    const share = Math.log(distance / best) / Math.log(constant / best);
    const place = Math.max(0, Math.min(0.9999, share)) * (COLORS.length - 1), i = Math.floor(place);
    const mixed = COLORS[i].map((c, j) => Math.round(c + (place - i) * (COLORS[i + 1][j] - c)));
    return `rgb(${mixed.join(", ")})`;
  }

  function focus(grid, cell) {
    for (const td of grid.querySelectorAll("td")) td.tabIndex = td === cell ? 0 : -1;
    return cell;
  }
  // Arrow keys, Home and End move the one cell that Tab reaches.
  function keyboard(grid, rows, columns) {
    grid.addEventListener("keydown", (event) => {
      const cell = event.target.closest("td");
      if (!cell) return;
      let [row, column] = [Number(cell.dataset.row), Number(cell.dataset.column)];
      if (event.key === "Enter" || event.key === " ") cell.click();
      else if (event.key === "ArrowRight") column = Math.min(columns - 1, column + 1);
      else if (event.key === "ArrowLeft") column = Math.max(0, column - 1);
      else if (event.key === "ArrowDown") row = Math.min(rows - 1, row + 1);
      else if (event.key === "ArrowUp") row = Math.max(0, row - 1);
      else if (event.key === "Home") column = 0;
      else if (event.key === "End") column = columns - 1;
      else return;
      event.preventDefault();
      focus(grid, grid.querySelector(`td[data-row="${row}"][data-column="${column}"]`)).focus();
    });
  }

  lipgan.outcome = (distance) => (distance === null ? "diverged" : format(distance));

  // rows and columns: [key, label]; distance(row, column): a number, or null where it
  // diverged; open(row, column) is called with the keys of a chosen cell. Gives the
  // smallest distance back.
  lipgan.cells = (place, { name, corner, rows, columns, constant, distance, title, open }) => {
    place.replaceChildren();
    const all = rows.flatMap(([r]) => columns.map(([c]) => distance(r, c)));
    const best = Math.min(...all.filter((x) => x !== null));
    const grid = append(place, "table", { class: "cells", role: "grid", "aria-label": name });
    const head = append(append(grid, "thead"), "tr", { role: "row" });
    append(head, "th", { scope: "col", role: "columnheader" }, corner);
    for (const [, label] of columns) append(head, "th", { scope: "col", role: "columnheader" }, label);
    const body = append(grid, "tbody");
    rows.forEach(([r, label], row) => {
      const line = append(body, "tr", { role: "row" });
      append(line, "th", { scope: "row", role: "rowheader" }, label);
      columns.forEach(([c], column) => {
        const value = distance(r, c);
        const cell = append(line, "td", {
          role: "gridcell", "data-row": row, "data-column": column, tabindex: row + column ? -1 : 0, "aria-selected": "false",
          "aria-label": `${title(r, c)}: ${lipgan.outcome(value)}`, style: `background: ${color(value, best, constant)}`,
        }, value === null ? "div." : format(value));
        cell.addEventListener("click", () => {
          for (const other of grid.querySelectorAll("td")) other.setAttribute("aria-selected", String(other === cell));
          focus(grid, cell);
          open(r, c);
        });
      });
    });
    keyboard(grid, rows.length, columns.length);
    return best;
  };

  // The scale of a table's colors, from its best cell to a constant image.
  lipgan.scale = (place, metric, best, constant) => {
    place.replaceChildren();
    append(place, "output", {}, `${metric}: ${format(best)}`);
    append(place, "span", { style: `background: ${GRADIENT}` });
    append(place, "output", {}, `${format(constant)}, a constant image`);
  };
})();
