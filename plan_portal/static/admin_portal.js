// Names the search boxes of relations, which Django's own script leaves nameless.

'use strict';

function labelOf(select) {
  const label = select && document.querySelector(`label[for="${select.id}"]`);
  if (label && !label.id) label.id = `${select.id}_label`;
  return label;
}

function nameBox(container) {
  const label = labelOf(container.previousElementSibling);
  const box = container.querySelector('.select2-selection');
  if (!label || !box) return;
  const chosen = box.querySelector('.select2-selection__rendered');
  const search = box.querySelector('.select2-search__field');
  if (search) {
    search.setAttribute('aria-label', label.textContent.trim());
  } else {
    box.setAttribute('aria-labelledby', `${label.id} ${chosen.id}`);
  }
  if (chosen.getAttribute('role') === 'textbox') {
    chosen.setAttribute('aria-labelledby', label.id);
  }
}

// The list that opens has a field of its own, far from the box that it belongs to.
function nameOpenList(search) {
  const open = document.querySelector('.select2-hidden-accessible + .select2-container--open');
  const label = open && labelOf(open.previousElementSibling);
  if (label) search.setAttribute('aria-label', label.textContent.trim());
}

function nameAll() {
  document.querySelectorAll('.select2-hidden-accessible + .select2-container').forEach(nameBox);
  document.querySelectorAll('.select2-dropdown .select2-search__field').forEach(nameOpenList);
}

new MutationObserver(nameAll).observe(document.body, { childList: true, subtree: true });
