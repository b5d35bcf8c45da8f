/* Keyboard, copying, printing. Single keys are off in fields, while an input method composes, and when turned off. */
(function () {
  'use strict';
  var OFF = 'fundwatch-keys-off';
  var dialog = document.getElementById('keys');
  var opener = document.getElementById('keys-open');
  var switcher = document.getElementById('keys-switch');

  function isOff() { try { return localStorage.getItem(OFF) === '1'; } catch (error) { return false; } }
  function setOff(value) { try { localStorage.setItem(OFF, value ? '1' : '0'); } catch (error) { return; } }
  function label() { if (switcher) { switcher.textContent = isOff() ? switcher.dataset.on : switcher.dataset.off; } }
  function show() { if (!dialog) { return; } label(); if (dialog.showModal) { dialog.showModal(); } else { dialog.setAttribute('open', ''); } }
  function hide() { if (!dialog) { return; } if (dialog.close) { dialog.close(); } else { dialog.removeAttribute('open'); } if (opener) { opener.focus(); } }

  var places = Array.prototype.slice.call(document.querySelectorAll('[data-place]'));
  var at = -1;
  function step(by) {
    if (!places.length) { return; }
    if (at >= 0) { places[at].classList.remove('here'); }
    at = (at + by + places.length) % places.length;
    places[at].classList.add('here');
    places[at].scrollIntoView({ block: 'center', inline: 'center' });
  }
  Array.prototype.forEach.call(document.querySelectorAll('[data-step]'), function (button) {
    button.addEventListener('click', function () { step(Number(button.dataset.step)); });
  });
  var grid = document.querySelector('.xl');
  if (grid && places.length) { grid.scrollLeft = Math.max(0, places[0].getBoundingClientRect().left - grid.getBoundingClientRect().left - 260); }

  /* J and K walk the rows of a list; the browser's own Enter opens the link that has the focus. */
  var isGoing = false;
  var rows = Array.prototype.map.call(document.querySelectorAll('main tbody tr'), function (one) { return one.querySelector('a[href]'); }).filter(Boolean);
  function row(by) {
    if (!rows.length) { return false; }
    var now = rows.indexOf(document.activeElement);
    rows[now < 0 ? 0 : Math.min(Math.max(now + by, 0), rows.length - 1)].focus();
    return true;
  }

  if (opener) { opener.addEventListener('click', show); }
  if (switcher) { switcher.addEventListener('click', function () { setOff(!isOff()); label(); }); }
  var closer = document.getElementById('keys-close');
  if (closer) { closer.addEventListener('click', hide); }
  var printer = document.getElementById('print');
  if (printer) { printer.addEventListener('click', function () { window.print(); }); }
  Array.prototype.forEach.call(document.querySelectorAll('[data-copy]'), function (button) {
    button.addEventListener('click', function () {
      var text = document.getElementById(button.dataset.copy).textContent;
      if (navigator.clipboard) { navigator.clipboard.writeText(text); }
      button.textContent = '✓';
    });
  });

  /* What was typed outlives a session that ended meanwhile: kept in this tab until the same person is back. */
  var TYPED = 'fundwatch-typed';
  var INTERRUPTED = 'fundwatch-interrupted';
  var isInterrupted = document.body.hasAttribute('data-interrupted');

  function fieldsOf(form) {
    return Array.prototype.filter.call(form.elements, function (field) {
      return field.name && ['hidden', 'password', 'file', 'submit', 'button'].indexOf(field.type) < 0;
    });
  }
  function remember(form) {
    var fields = fieldsOf(form);
    if (isInterrupted || form.method !== 'post' || !fields.length) { return; }
    var values = fields.map(function (field) { return [field.name, field.value]; });
    sessionStorage.setItem(TYPED, JSON.stringify({ person: document.body.dataset.person, action: form.getAttribute('action'), values: values }));
  }
  function restore() {
    var kept = JSON.parse(sessionStorage.getItem(TYPED) || 'null');
    var was = sessionStorage.getItem(INTERRUPTED);
    if (isInterrupted) { sessionStorage.setItem(INTERRUPTED, '1'); return; }
    sessionStorage.removeItem(TYPED);
    sessionStorage.removeItem(INTERRUPTED);
    if (!kept || !was || kept.person !== document.body.dataset.person) { return; }
    var form = Array.prototype.filter.call(document.forms, function (one) { return one.method === 'post' && one.getAttribute('action') === kept.action && fieldsOf(one).length; })[0];
    if (!form) { return; }
    kept.values.forEach(function (pair) { if (form.elements[pair[0]]) { form.elements[pair[0]].value = pair[1]; } });
    var told = document.createElement('p');
    told.className = 'notice'; told.setAttribute('role', 'status'); told.textContent = document.body.dataset.restored;
    form.insertBefore(told, form.firstChild);
    form.scrollIntoView({ block: 'nearest' });
  }
  try { restore(); } catch (error) { /* A browser that stores nothing keeps nothing. */ }
  document.addEventListener('submit', function (event) { try { remember(event.target); } catch (error) { return; } });

  document.addEventListener('keydown', function (event) {
    var tag = event.target.tagName;
    if (event.isComposing || event.metaKey || event.altKey) { return; }
    if (event.ctrlKey) {
      if (event.key === 'Enter' && event.target.form && event.target.form.method === 'post') {
        event.preventDefault();
        var button = event.target.form.querySelector('button:not([type=button])');
        if (button) { button.click(); }
      }
      return;
    }
    if (tag === 'INPUT' || tag === 'SELECT' || tag === 'TEXTAREA') {
      if (event.key === 'Escape') { event.target.blur(); }
      return;
    }
    if (event.key === 'Escape' && dialog && dialog.hasAttribute('open')) { hide(); return; }
    if (isOff()) { return; }
    if (event.key === '/') {
      var search = document.getElementById('search');
      if (search) { event.preventDefault(); search.focus(); }
    } else if (event.key === '?') {
      show();
    } else if (event.key === 'j' || event.key === 'k') {
      if (row(event.key === 'j' ? 1 : -1)) { event.preventDefault(); }
    } else if (isGoing) {
      isGoing = false;
      var there = document.querySelector('.nav a[data-go="' + (/^[a-z]$/.test(event.key) ? event.key : '') + '"]');
      if (there) { there.click(); }
    } else if (event.key === 'g') {
      isGoing = true;
    } else {
      var wanted = document.querySelector('[data-key="' + (/^[a-z]$/i.test(event.key) ? event.key.toLowerCase() : '') + '"]');
      if (wanted) { wanted.click(); }
    }
  });
})();
