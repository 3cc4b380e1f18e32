/**
 * The script of a report: showing pictures when they come into view, sorting and filtering the images, enlarging a
 * picture. A constant without data in it, so that the page's policy can name it by its hash and no other script runs.
 * Without it the report shows everything but the pictures of the images.
 */

export const PAGE_SCRIPT = `
const table = document.querySelector('table.images');
const status = document.querySelector('.status');
const fill = (row) => {
  const data = document.getElementById('pictures-' + row.dataset.row);
  if (!data) return false;
  const sources = JSON.parse(data.textContent);
  row.querySelectorAll('.picture img').forEach((image, i) => { image.src = sources[i]; });
  return true;
};
if (table) {
  const body = table.tBodies[0];
  const all = [...body.rows];
  const early = new Set();
  let complete = false;
  const watcher = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      if (fill(target) || complete) watcher.unobserve(target);
      else early.add(target);
    }
  }, { rootMargin: '600px' });
  for (const row of all) watcher.observe(row);
  // The bytes come after the rows, in their order: the first pictures are there before the last are read.
  const catchUp = () => {
    for (const row of early) if (fill(row)) early.delete(row);
    if (!complete) requestAnimationFrame(catchUp);
  };
  requestAnimationFrame(catchUp);
  document.addEventListener('DOMContentLoaded', () => {
    complete = true;
    catchUp();
  });
  addEventListener('beforeprint', () => {
    for (const row of all) if (!row.hidden) fill(row);
    for (const card of document.querySelectorAll('details')) card.open = true;
  });
  const buttons = [...table.querySelectorAll('.sort')];
  const compare = (a, b) => typeof a === 'string' ? a.localeCompare(b, 'en', { numeric: true }) : a - b;
  for (const button of buttons) {
    button.addEventListener('click', () => {
      const before = button.dataset.order;
      const order = before === undefined ? button.dataset.first : before === 'ascending' ? 'descending' : 'ascending';
      for (const other of buttons) {
        delete other.dataset.order;
        other.closest('th').removeAttribute('aria-sort');
      }
      button.dataset.order = order;
      button.closest('th').setAttribute('aria-sort', order);
      const column = Number(button.dataset.column);
      const sign = order === 'ascending' ? 1 : -1;
      const rows = all.map((row) => ({ row, value: JSON.parse(row.dataset.values)[column] }));
      rows.sort((a, b) => {
        if (a.value === null || b.value === null) return (a.value === null) - (b.value === null);
        return sign * compare(a.value, b.value);
      });
      body.append(...rows.map(({ row }) => row));
      status.textContent = 'Sorted by ' + button.dataset.name + ', ' + order;
    });
  }
  const find = document.querySelector('.find');
  const truth = document.querySelector('select.truth');
  const shown = document.querySelector('.shown');
  const texts = new Map();
  const textOf = (row) => {
    if (!texts.has(row)) texts.set(row, (row.cells[0].textContent + ' ' + row.dataset.truth).toLowerCase());
    return texts.get(row);
  };
  const filter = () => {
    const words = find.value.toLowerCase().split(/ +/).filter(Boolean);
    let count = 0;
    for (const row of all) {
      const fits = (!truth || !truth.value || row.dataset.truth === truth.value) && words.every((word) => textOf(row).includes(word));
      row.hidden = !fits;
      if (fits) count++;
    }
    shown.textContent = count === all.length ? count + ' images' : count + ' of ' + all.length + ' images';
  };
  find.addEventListener('input', filter);
  if (truth) truth.addEventListener('change', filter);
}
const dialog = document.querySelector('dialog');
if (dialog) {
  const large = dialog.querySelector('img');
  const caption = dialog.querySelector('span');
  document.addEventListener('click', (event) => {
    const picture = event.target.closest('.picture');
    if (picture) {
      const image = picture.querySelector('img');
      large.src = image.src;
      large.alt = image.alt;
      caption.textContent = image.alt;
      dialog.showModal();
    } else if (event.target === dialog) dialog.close();
  });
}
`;

/** The script's SHA-256 in base64, as the page's content security policy names it. A test keeps the two together. */
export const PAGE_SCRIPT_HASH = '4RUVR7HJFJPMRnNkgk8JnN/v135+FDrSNtODIlA10kg=';
