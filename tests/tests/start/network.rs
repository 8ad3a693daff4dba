//! A network that a test has for itself: what listens there is seen by nobody else, and every port
//! is free.

use std::env;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};

/// Addresses of the machine, besides those of every machine. They are set aside for documentation,
/// so that they lead nowhere; and the last one is of this link only.
const IPV4: &str = "198.51.100.7/32";
const IPV6: [&str; 2] = ["2001:db8::7/128", "fe80::7/64"];

/// Where a test connects, to see who takes it.
pub const PROBES: [IpAddr; 4] = [
    IpAddr::V4(Ipv4Addr::LOCALHOST),
    IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7)),
    IpAddr::V6(Ipv6Addr::LOCALHOST),
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 7)),
];

/// How much of IPv6 there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// All of it.
    Whole,
    /// No address: the administrator has switched it off.
    NoAddresses,
    /// Not even sockets: the kernel was built without it.
    NoProtocol,
}

/// The words with which root starts a command in a new network.
pub const NAMESPACE_OF_ROOT: &[&str] = &["unshare", "--net"];

/// Returns the words in front of a command that starts it in a new network, as root of that.
///
/// # Errors
/// Says why there is none.
pub fn namespace() -> Result<&'static [&'static str], String> {
    let mut reason = String::new();
    for words in [NAMESPACE_OF_ROOT, &["unshare", "--net", "--map-root-user"]] {
        let mut command = Command::new(words[0]);
        match command.args(&words[1..]).args(["ip", "link", "set", "lo", "up"]).output() {
            Ok(output) if output.status.success() => return Ok(words),
            Ok(output) => reason = String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            Err(error) => reason = format!("unshare: {error}"),
        }
    }
    Err(format!("no network of its own ({reason})"))
}

impl Network {
    /// Makes the new network, in which this process is alone, what its name says. Programs that
    /// this process starts from then on find it so.
    pub fn set_up(self) -> Result<()> {
        if self == Self::NoAddresses {
            for interfaces in ["all", "default", "lo"] {
                let switch = format!("/proc/sys/net/ipv6/conf/{interfaces}/disable_ipv6");
                fs::write(&switch, "1").with_context(|| switch)?;
            }
        }
        ip(&["link", "set", "lo", "up"])?;
        ip(&["address", "add", IPV4, "dev", "lo"])?;
        match self {
            // Without a look whether another machine has it, which takes a second.
            Self::Whole => {
                IPV6.iter().try_for_each(|v6| ip(&["address", "add", v6, "dev", "lo", "nodad"]))
            }
            Self::NoAddresses => Ok(()),
            Self::NoProtocol => refuse_ipv6_sockets(),
        }
    }
}

fn ip(arguments: &[&str]) -> Result<()> {
    let output = Command::new("ip").args(arguments).output().context("cannot run ip")?;
    let reason = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "ip {}: {reason}", arguments.join(" "));
    Ok(())
}

/// Lets the kernel answer as one that does not know IPv6.
fn refuse_ipv6_sockets() -> Result<()> {
    let family = libc::AF_INET6.unsigned_abs().into();
    let is_ipv6 = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, family)?;
    let rules = [(libc::SYS_socket, vec![SeccompRule::new(vec![is_ipv6])?])];
    let filter = SeccompFilter::new(
        rules.into_iter().collect(),
        SeccompAction::Allow,
        SeccompAction::Errno(libc::EAFNOSUPPORT.unsigned_abs()),
        TargetArch::try_from(env::consts::ARCH)?,
    )?;
    Ok(seccompiler::apply_filter(&BpfProgram::try_from(filter)?)?)
}

/// A socket that listens in this network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// Its address and port as `ss` shows them: `[::]:7000` is IPv6 alone, `*:7000` is IPv4 as well.
    pub place: String,
    /// How many connections may wait there.
    pub backlog: String,
}

/// Returns all sockets that listen in this network, in order. Not from /proc, where the kernel looks
/// through the connections of all networks for them.
pub fn listening() -> Result<Vec<Listener>> {
    let output =
        Command::new("ss").args(["--listening", "--tcp", "--numeric", "--no-header"]).output();
    let output = output.context("cannot run ss")?;
    ensure!(output.status.success(), "ss: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout)?;
    let mut listeners = Vec::new();
    for line in text.lines() {
        let mut words = line.split_whitespace().skip(2).map(str::to_owned);
        let (Some(backlog), Some(place)) = (words.next(), words.next()) else { continue };
        listeners.push(Listener { place, backlog });
    }
    listeners.sort_by(|one, other| one.place.cmp(&other.place));
    Ok(listeners)
}

impl Listener {
    /// Returns where to connect to it, if that can be told.
    pub fn address(&self) -> Option<SocketAddr> {
        let (host, port) = self.place.rsplit_once(':')?;
        let host = match host {
            "0.0.0.0" => IpAddr::V4(Ipv4Addr::LOCALHOST),
            "*" | "[::]" => IpAddr::V6(Ipv6Addr::LOCALHOST),
            _ => host.trim_matches(['[', ']']).parse().ok()?,
        };
        Some(SocketAddr::new(host, port.parse().ok()?))
    }

    /// Returns its port.
    pub fn port(&self) -> Option<u16> {
        self.place.rsplit_once(':')?.1.parse().ok()
    }
}
