/* Handing in files: one after the other, with progress; what the server says is shown as it says it. */
(function () {
  'use strict';
  var form = document.getElementById('upload');
  var drop = document.getElementById('drop');
  var picker = document.getElementById('f-files');
  var list = document.getElementById('sent');
  var waiting = [];
  var busy = false;

  function value(name) { var field = form.elements[name]; return field ? field.value.trim() : ''; }
  function element(tag, kind, text) { var made = document.createElement(tag); made.className = kind; made.textContent = text || ''; return made; }

  function add(files) {
    Array.prototype.forEach.call(files, function (file) {
      var row = document.createElement('li');
      row.appendChild(element('span', 'name', file.name));
      var bar = document.createElement('progress');
      bar.max = 100; bar.value = 0; bar.setAttribute('aria-label', form.dataset.sending + ' ' + file.name);
      row.appendChild(bar);
      row.appendChild(element('span', 'says', form.dataset.sending));
      list.appendChild(row);
      waiting.push({ file: file, row: row, alone: files.length === 1 });
    });
    next();
  }

  function next() {
    if (busy || !waiting.length) { return; }
    busy = true;
    send(waiting.shift());
  }

  function done(item, text, kind, path) {
    var says = item.row.querySelector('.says');
    says.textContent = text; says.className = 'says ' + kind;
    item.row.querySelector('progress').hidden = true;
    var link;
    if (path) {
      link = element('a', 'btn sm', form.dataset.see); link.href = path;
    } else {
      link = element('button', 'btn sm', form.dataset.retry); link.type = 'button';
      link.addEventListener('click', function () { item.row.parentNode.removeChild(item.row); add([item.file]); });
    }
    item.row.appendChild(link);
    busy = false;
    if (path && item.alone && !waiting.length) { window.location.assign(path); return; }
    next();
  }

  function send(item) {
    var request = new XMLHttpRequest();
    var bar = item.row.querySelector('progress');
    request.open('POST', '/uploads');
    request.setRequestHeader('Accept', 'application/json');
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.setRequestHeader('X-CSRF', document.body.dataset.csrf);
    request.setRequestHeader('X-File-Name', encodeURIComponent(item.file.name));
    request.setRequestHeader('X-Institution', value('institution'));
    request.setRequestHeader('X-Corrects', encodeURIComponent(value('corrects')));
    request.setRequestHeader('X-Completes', encodeURIComponent(value('completes')));
    request.setRequestHeader('X-Basis', encodeURIComponent(value('basis')));
    request.upload.addEventListener('progress', function (event) { if (event.lengthComputable) { bar.value = 100 * event.loaded / event.total; } });
    request.addEventListener('load', function () {
      var answer = {};
      try { answer = JSON.parse(request.responseText); } catch (error) { answer = {}; }
      if (request.status === 201) { done(item, form.dataset.acknowledged, 'good', answer.path); return; }
      var said = form.dataset.lang === 'en' ? answer.en : answer.zh;
      done(item, form.dataset.failed + ': ' + (said || request.status) + (answer.code ? ' (' + answer.code + ')' : ''), 'bad', null);
    });
    request.addEventListener('error', function () { done(item, form.dataset.broken, 'bad', null); });
    request.send(item.file);
  }

  picker.addEventListener('change', function () { add(Array.prototype.slice.call(picker.files)); picker.value = ''; });
  ['dragover', 'dragenter'].forEach(function (name) { drop.addEventListener(name, function (event) { event.preventDefault(); drop.classList.add('over'); }); });
  ['dragleave', 'drop'].forEach(function (name) { drop.addEventListener(name, function () { drop.classList.remove('over'); }); });
  drop.addEventListener('drop', function (event) { event.preventDefault(); add(event.dataTransfer.files); });
  window.addEventListener('dragover', function (event) { event.preventDefault(); });
  window.addEventListener('drop', function (event) { event.preventDefault(); });
  form.addEventListener('submit', function (event) { event.preventDefault(); });
})();
