/**
 * The script of a report: sorting the images and enlarging a picture. A constant without data in it, so that the
 * page's policy can name it by its hash and no other script runs. Without it the report still shows everything.
 */

export const PAGE_SCRIPT = `
const table = document.querySelector('table.images');
const status = document.querySelector('.status');
if (table) {
  const body = table.tBodies[0];
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
      const rows = [...body.rows].map((row) => ({ row, value: JSON.parse(row.dataset.values)[column] }));
      rows.sort((a, b) => {
        if (a.value === null || b.value === null) return (a.value === null) - (b.value === null);
        return sign * compare(a.value, b.value);
      });
      body.append(...rows.map(({ row }) => row));
      status.textContent = 'Sorted by ' + button.dataset.name + ', ' + order;
    });
  }
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
export const PAGE_SCRIPT_HASH = '3GSCVxJBGLfDp92rc+2jYRUkD1h2xsy6YMd8VIC/07g=';
