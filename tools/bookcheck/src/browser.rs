//! Chromium without a window, spoken to in its DevTools protocol.

use std::env;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;
use tungstenite::{Message, WebSocket};

/// Longer than any page takes to load.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the program is called in different places.
const NAMES: [&str; 5] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/// A running Chromium. Dropping it ends it.
pub struct Browser {
    process: Child,
    socket: WebSocket<TcpStream>,
    next_id: u64,
    // Declared last: it can only be removed when the process has ended.
    _profile: TempDir,
}

/// A theme of mdBook's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// The one for days.
    Light,
    /// The one for nights.
    Navy,
}

impl Theme {
    /// Both that the book has.
    pub const ALL: [Self; 2] = [Self::Light, Self::Navy];

    /// What mdBook calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Navy => "navy",
        }
    }
}

impl Browser {
    /// Finds the program: what `CHROMIUM` names, or one on the `PATH`.
    #[must_use]
    pub fn program() -> Option<PathBuf> {
        if let Some(program) = env::var_os("CHROMIUM") {
            return Some(program.into());
        }
        let path = env::var_os("PATH").unwrap_or_default();
        let folders: Vec<PathBuf> = env::split_paths(&path).collect();
        let mut programs = NAMES.iter().flat_map(|name| folders.iter().map(move |f| f.join(name)));
        programs.find(|program| program.is_file())
    }

    /// Starts it with an empty profile.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn start(program: &Path) -> Result<Self> {
        let profile = tempfile::tempdir().context("cannot make a folder")?;
        let mut process = Command::new(program)
            .args(["--headless", "--disable-gpu", "--no-first-run"])
            // As root it does not run otherwise, and what it opens are pages of our own.
            .args(is_root().then_some("--no-sandbox"))
            .args(["--disable-background-networking", "--disable-component-update"])
            .args(["--disable-sync", "--hide-scrollbars", "--remote-debugging-port=0"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot run {}", program.display()))?;
        let stderr = process.stderr.take().context("it has no standard error")?;
        let socket = address(stderr).and_then(|address| connect(&address));
        let socket = socket.inspect_err(|_| {
            // It may have ended by itself.
            let _ = process.kill();
            let _ = process.wait();
        })?;
        Ok(Self { process, socket, next_id: 1, _profile: profile })
    }

    /// Opens a tab of this width, in which pages have this theme.
    ///
    /// # Errors
    /// When Chromium does not do as it is told.
    pub fn tab(&mut self, width: u32, theme: Theme) -> Result<Tab<'_>> {
        let target = self.call(None, "Target.createTarget", json!({"url": "about:blank"}))?;
        let target = target["targetId"].as_str().context("a tab has a name")?.to_owned();
        let attach = json!({"targetId": target, "flatten": true});
        let session = self.call(None, "Target.attachToTarget", attach)?;
        let session = session["sessionId"].as_str().context("a session has a name")?.to_owned();
        let mut tab = Tab { browser: self, session, target, width, complaints: Vec::new() };
        tab.call("Page.enable", json!({}))?;
        tab.call("Runtime.enable", json!({}))?;
        tab.call("Log.enable", json!({}))?;
        tab.set_height(900)?;
        // Of a page that is no file, nothing is remembered.
        let set = "if (location.protocol == 'file:') localStorage.setItem('mdbook-theme', 'NAME')";
        let set = set.replace("NAME", theme.name());
        tab.call("Page.addScriptToEvaluateOnNewDocument", json!({"source": set}))?;
        Ok(tab)
    }

    /// Calls a method, and returns its result. Events that come meanwhile are lost.
    fn call(&mut self, session: Option<&str>, method: &str, parameters: Value) -> Result<Value> {
        self.call_and(session, method, parameters, |_| {})
    }

    fn call_and(
        &mut self,
        session: Option<&str>,
        method: &str,
        parameters: Value,
        mut on_event: impl FnMut(&Value),
    ) -> Result<Value> {
        let id = self.next_id;
        self.next_id += 1;
        let mut message = json!({"id": id, "method": method, "params": parameters});
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        self.socket.send(Message::text(message.to_string()))?;
        loop {
            let mut message = self.receive()?;
            if message["id"] != id {
                on_event(&message);
                continue;
            }
            if let Some(error) = message.get("error") {
                bail!("{method}: {error}");
            }
            return Ok(message["result"].take());
        }
    }

    fn receive(&mut self) -> Result<Value> {
        loop {
            if let Message::Text(text) = self.socket.read().context("Chromium says nothing")? {
                return Ok(serde_json::from_str(&text)?);
            }
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It tidies up if it is asked to end; if it does not, it is ended.
        let asked = json!({"id": self.next_id, "method": "Browser.close"});
        let _ = self.socket.send(Message::text(asked.to_string()));
        let deadline = Instant::now() + Duration::from_secs(5);
        while Instant::now() < deadline && matches!(self.process.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(10));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

/// Reads where Chromium listens; the rest of what it says goes nowhere.
fn address(stderr: ChildStderr) -> Result<String> {
    let mut lines = BufReader::new(stderr).lines();
    let mut said = String::new();
    for line in lines.by_ref() {
        let line = line?;
        if let Some(address) = line.strip_prefix("DevTools listening on ") {
            let address = address.to_owned();
            thread::spawn(move || lines.for_each(drop));
            return Ok(address);
        }
        said.push_str(&line);
        said.push('\n');
    }
    bail!("Chromium ended at once:\n{said}")
}

fn connect(address: &str) -> Result<WebSocket<TcpStream>> {
    let place = address.strip_prefix("ws://").and_then(|rest| rest.split('/').next());
    let stream = TcpStream::connect(place.context("it listens on a socket")?)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    let (socket, _) = tungstenite::client(address, stream).context("no connection to Chromium")?;
    Ok(socket)
}

/// A tab, of one width and one theme.
pub struct Tab<'b> {
    browser: &'b mut Browser,
    session: String,
    target: String,
    width: u32,
    complaints: Vec<String>,
}

impl Tab<'_> {
    /// Opens a page, and waits until it is loaded.
    ///
    /// # Errors
    /// When it does not load, or a script of it complains.
    pub fn open(&mut self, page: &Path) -> Result<()> {
        let url = url::Url::from_file_path(page);
        let url = url.map_err(|()| anyhow::anyhow!("{} is no full path", page.display()))?;
        self.complaints.clear();
        // Only a navigation to another document loads anything.
        self.call("Page.navigate", json!({"url": "about:blank"}))?;
        let went = self.call("Page.navigate", json!({"url": url.as_str()}))?;
        ensure!(went.get("errorText").is_none(), "{}: {}", page.display(), went["errorText"]);
        let loaded = "new Promise(done => document.readyState == 'complete' \
                      ? done(true) : addEventListener('load', () => done(true)))";
        self.evaluate(loaded)?;
        // Fonts change widths, and scripts of the page run before this.
        self.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")?;
        let complaints = self.complaints.join("\n");
        ensure!(complaints.is_empty(), "{}: {complaints}", page.display());
        Ok(())
    }

    /// Makes the window so high. Its width is the tab's.
    ///
    /// # Errors
    /// When Chromium does not do as it is told.
    pub fn set_height(&mut self, height: u32) -> Result<()> {
        let size = json!({
            "width": self.width, "height": height, "deviceScaleFactor": 1, "mobile": false,
        });
        self.call("Emulation.setDeviceMetricsOverride", size)?;
        Ok(())
    }

    /// Evaluates JavaScript, and returns its value, or that of the promise that it is.
    ///
    /// # Errors
    /// When it throws.
    pub fn evaluate(&mut self, expression: &str) -> Result<Value> {
        let parameters =
            json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let mut evaluated = self.call("Runtime.evaluate", parameters)?;
        if let Some(thrown) = evaluated.get("exceptionDetails") {
            bail!("{expression}: {thrown}");
        }
        Ok(evaluated["result"]["value"].take())
    }

    /// Presses a key and lets it go.
    ///
    /// # Errors
    /// When Chromium does not do as it is told.
    pub fn press(&mut self, key: &str, code: u32, text: &str) -> Result<()> {
        for kind in ["keyDown", "keyUp"] {
            let mut event = json!({
                "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code,
            });
            if kind == "keyDown" && !text.is_empty() {
                event["text"] = text.into();
            }
            self.call("Input.dispatchKeyEvent", event)?;
        }
        Ok(())
    }

    /// Returns a part of the page as a PNG: a height, from an offset down.
    ///
    /// # Errors
    /// When Chromium does not do as it is told.
    pub fn picture(&mut self, top: u32, height: u32) -> Result<Vec<u8>> {
        self.clip((0.0, top.into(), self.width.into(), height.into()))
    }

    /// Returns a rectangle of the page as a PNG: from so far right and so far down, so wide and so
    /// high.
    ///
    /// # Errors
    /// When Chromium does not do as it is told.
    pub fn clip(&mut self, (x, y, width, height): (f64, f64, f64, f64)) -> Result<Vec<u8>> {
        let clip = json!({"x": x, "y": y, "width": width, "height": height, "scale": 1});
        let parameters = json!({"format": "png", "clip": clip, "captureBeyondViewport": true});
        let shot = self.call("Page.captureScreenshot", parameters)?;
        let data = shot["data"].as_str().context("a picture has data")?;
        Ok(BASE64_STANDARD.decode(data)?)
    }

    fn call(&mut self, method: &str, parameters: Value) -> Result<Value> {
        let Self { browser, session, complaints, .. } = self;
        browser.call_and(Some(session), method, parameters, |event| {
            complaints.extend(complaint(event));
        })
    }
}

impl Drop for Tab<'_> {
    fn drop(&mut self) {
        // Of a browser that has ended, no tab is open.
        let _ = self.browser.call(None, "Target.closeTarget", json!({"targetId": self.target}));
    }
}

/// What an event says that should not be: an exception, an error in the console or in the log.
fn complaint(event: &Value) -> Option<String> {
    let parameters = &event["params"];
    match event["method"].as_str()? {
        "Runtime.exceptionThrown" => Some(parameters["exceptionDetails"].to_string()),
        "Runtime.consoleAPICalled" if parameters["type"] == "error" => {
            Some(parameters["args"].to_string())
        }
        "Log.entryAdded" if parameters["entry"]["level"] == "error" => {
            Some(parameters["entry"]["text"].to_string())
        }
        _ => None,
    }
}
