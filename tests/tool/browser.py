#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The report in a headless Chromium: on a telephone, on a desk, in the dark; everything that can be clicked is.

    browser.py TOOL BINARY [FOLDER]      FOLDER: where pictures go, to be looked at
"""
import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from counted import check, finish

tool, binary, *folder = sys.argv[1:]
folder = pathlib.Path(folder[0]) if folder else None


class Browser:
    """The protocol of the developer tools, over a pair of pipes: JSON, each message ended by a zero."""

    def __init__(self, program, profile):
        to_browser, self.write_end = os.pipe()
        self.read_end, from_browser = os.pipe()

        def pipes():
            a, b = os.dup(to_browser), os.dup(from_browser)
            os.dup2(a, 3)
            os.dup2(b, 4)

        self.process = subprocess.Popen([program, '--headless=new', '--no-sandbox', '--disable-gpu', '--remote-debugging-pipe', f'--user-data-dir={profile}', 'about:blank'],
                                        preexec_fn=pipes, pass_fds=(3, 4, to_browser, from_browser), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.buffer, self.next, self.events = b'', 0, []
        target = next(t for t in self.send('Target.getTargets')['targetInfos'] if t['type'] == 'page')
        self.session = None
        self.session = self.send('Target.attachToTarget', targetId=target['targetId'], flatten=True)['sessionId']
        for domain in ('Page', 'Runtime', 'Network', 'Log'):
            self.send(domain + '.enable')

    session = None

    def receive(self):
        while b'\0' not in self.buffer:
            more = os.read(self.read_end, 1 << 20)
            if not more:
                sys.exit('the browser has ended')
            self.buffer += more
        message, self.buffer = self.buffer.split(b'\0', 1)
        return json.loads(message)

    def send(self, method, **parameters):
        self.next += 1
        message = {'id': self.next, 'method': method, 'params': parameters}
        if self.session:
            message['sessionId'] = self.session
        os.write(self.write_end, json.dumps(message).encode() + b'\0')
        while True:
            answer = self.receive()
            if answer.get('id') == self.next:
                if 'error' in answer:
                    sys.exit(f'{method}: {answer["error"]}')
                return answer['result']
            self.events.append(answer)

    def evaluate(self, expression):
        result = self.send('Runtime.evaluate', expression=expression, returnByValue=True, awaitPromise=True)
        if 'exceptionDetails' in result:
            check(False, f'{expression}: {result["exceptionDetails"]}')
        return result['result'].get('value')

    def open(self, url):
        self.events.clear()
        self.send('Page.navigate', url=url)
        while not any(e.get('method') == 'Page.loadEventFired' for e in self.events):
            self.events.append(self.receive())
        self.settle()

    def settle(self):
        self.evaluate('new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 60))))')

    def click(self, selector, index=0):
        """A real click in the middle of what the selector finds."""
        spot = self.evaluate(f'(() => {{ const e = document.querySelectorAll({json.dumps(selector)})[{index}]; if (!e) return null; e.scrollIntoView({{block: "center", behavior: "instant"}});'
                             ' const r = e.getBoundingClientRect(); return [r.left + r.width / 2, r.top + r.height / 2]; })()')
        check(spot is not None, f'nothing to click: {selector} {index}')
        if spot is None:
            return
        for kind in ('mousePressed', 'mouseReleased'):
            self.send('Input.dispatchMouseEvent', type=kind, x=spot[0], y=spot[1], button='left', clickCount=1)
        self.settle()

    def picture(self, name, whole=False):
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f'{name}.png').write_bytes(base64.b64decode(self.send('Page.captureScreenshot', format='png', captureBeyondViewport=whole)['data']))

    def complaints(self):
        bad = [e['params'] for e in self.events if e.get('method') in ('Runtime.exceptionThrown', 'Log.entryAdded')]
        asked = [e['params']['request']['url'] for e in self.events if e.get('method') == 'Network.requestWillBeSent']
        return bad, [u for u in asked if not u.startswith('file://')]


def count(browser, selector):
    return browser.evaluate(f'document.querySelectorAll({json.dumps(selector)}).length')


def visit(browser, page, name):
    browser.open(page.as_uri())
    check(browser.evaluate('document.documentElement.scrollWidth <= innerWidth'), f'{name}: the page is wider than the window')
    functions = count(browser, '#functions button')
    data = browser.evaluate('data.functions.map(f => ({label: f.label, kernels: new Set(f.nodes.map(n => n.kernel).filter(k => k >= 0)).size, buffers: f.buffers.length, rows: f.kernels.map(k => k.code.length)}))')
    check(functions == len(data) and functions > 0, f'{name}: {functions} buttons for {len(data)} functions')
    for f, told in enumerate(data):
        browser.click('#functions button', f)
        check(browser.evaluate('document.querySelector("#functions button[aria-pressed=true]").textContent').startswith(told['label']), f'{name}: {told["label"]} is not chosen')
        check(browser.evaluate('document.documentElement.scrollWidth <= innerWidth'), f'{name}: {told["label"]} is wider than the window')
        browser.click('.graph .tools button', 3)
        folded = count(browser, '.graph .node')
        check(count(browser, '.graph .node[data-box^=k]') == told['kernels'], f'{name}: {told["label"]}: folded kernels')
        browser.click('.graph .tools button', 4)
        check(count(browser, '.graph .node') >= folded and count(browser, '.graph .node[data-box^=k]') == 0, f'{name}: {told["label"]}: unfolding')
        behind = browser.evaluate("""[...document.querySelectorAll('.graph .edge')].filter(e => {
          const length = e.getTotalLength();
          for (let at = 0; at < length; at += 4) {
            const p = e.getPointAtLength(at);
            for (const n of document.querySelectorAll('.graph .node')) {
              const [x, y] = n.getAttribute('transform').match(/-?[\\d.]+/g).map(Number);
              if (n.dataset.box !== e.dataset.from && n.dataset.box !== e.dataset.to && p.x > x + 1 && p.x < x + 189 && p.y > y + 1 && p.y < y + 45) return true;
            }
          }
          return false;
        }).map(e => e.dataset.from + ' to ' + e.dataset.to).slice(0, 5)""")
        check(behind == [], f'{name}: {told["label"]}: edges run behind boxes: {behind}')
        check(count(browser, '.buffer') == told['buffers'], f'{name}: {told["label"]}: buffers')
        # a kernel's number leads to its code
        browser.click('table a', 0)
        browser.settle()
        check(browser.evaluate('(() => { const r = document.querySelector("#kernel-0").getBoundingClientRect(), page = document.documentElement; return r.top > document.querySelector("header").getBoundingClientRect().bottom && (r.top < 160 || scrollY + innerHeight > page.scrollHeight - 2); })()'),
              f'{name}: {told["label"]}: kernel 0 is not at the top')
        check(count(browser, '#kernel-0 .row') == told['rows'][0], f'{name}: {told["label"]}: rows of kernel 0')
        if count(browser, '#kernel-0 .row a'):
            browser.click('#kernel-0 .row a', 0)
            check(count(browser, '#kernel-0 .row.lit') == 1, f'{name}: {told["label"]}: a jump leads nowhere')
    # drag, then click: the graph moves, and what is under the pointer is not chosen
    before = browser.evaluate('document.querySelector(".graph svg").getAttribute("viewBox")')
    browser.evaluate('document.querySelector(".graph").scrollIntoView({block: "center", behavior: "instant"})')
    x, y = browser.evaluate('(() => { const r = document.querySelector(".graph").getBoundingClientRect(); return [r.left + r.width / 2, r.top + r.height / 2]; })()')
    for kind, dx in (('mousePressed', 0), ('mouseMoved', 30), ('mouseMoved', 60), ('mouseReleased', 60)):
        browser.send('Input.dispatchMouseEvent', type=kind, x=x + dx, y=y, button='left', buttons=1, clickCount=1)
    check(browser.evaluate('document.querySelector(".graph svg").getAttribute("viewBox")') != before, f'{name}: the graph does not move')
    errors, network = browser.complaints()
    check(not errors, f'{name}: {errors}')
    check(not network, f'{name}: asked the network for {network}')


program = next((p for p in map(shutil.which, ('chromium', 'chromium-browser', 'google-chrome')) if p), None)
if program is None:
    print('skipped: there is no Chromium; apt-get install chromium')
    sys.exit(77)
with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
    page = pathlib.Path(temporary) / 'report.html'
    subprocess.run([tool, 'report', binary, '-o', page], check=True, stdout=subprocess.DEVNULL)
    text = page.read_text()
    check('http' not in text.replace('http://www.w3.org/2000/svg', '').replace('http-equiv', ''), 'an address of the network stands in the page')
    browser = Browser(program, pathlib.Path(temporary) / 'profile')
    for name, width, height, mobile, dark in (('phone', 390, 844, True, False), ('phone-dark', 390, 844, True, True), ('desk', 1280, 900, False, False), ('desk-dark', 1280, 900, False, True)):
        browser.send('Emulation.setDeviceMetricsOverride', width=width, height=height, deviceScaleFactor=2 if mobile else 1, mobile=mobile)
        browser.send('Emulation.setEmulatedMedia', features=[{'name': 'prefers-color-scheme', 'value': 'dark' if dark else 'light'}, {'name': 'prefers-reduced-motion', 'value': 'reduce'}])
        if name in ('phone-dark', 'desk'):
            visit(browser, page, name)
        browser.open(page.as_uri())
        light = browser.evaluate('getComputedStyle(document.body).backgroundColor.match(/\\d+/g).reduce((s, v) => s + +v, 0) / 765')
        check((light < .2) == dark and (light > .8) != dark, f'{name}: paper of brightness {light}')
        browser.picture(name)
        browser.picture(name + '-whole', whole=True)
        browser.click('table a', 0)
        browser.picture(name + '-code')
    browser.process.terminate()
    browser.process.wait(timeout=20)
finish()
