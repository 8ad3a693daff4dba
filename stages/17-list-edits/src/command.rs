//! Commands: what the table says of each.

pub mod context;
pub mod error;
pub mod flags;
pub mod table;

use crate::command::flags::Flags;

/// A command, or a subcommand such as CLIENT ID (Redis: `redisCommand`).
#[derive(Debug)]
pub struct Command {
    /// In lower case, with the command's name before a subcommand's: `client|id`.
    pub name: &'static str,
    /// How many arguments a request has, including the name. Negative: at least that many.
    pub arity: i32,
    /// What kind of command it is.
    pub flags: Flags,
    /// Which of its arguments are keys.
    pub keys: Keys,
    /// The function that executes it.
    pub run: context::Handler,
    /// The subcommands, if it has any.
    pub subcommands: &'static [Command],
}

/// Where a request's keys are (Redis: `keySpec`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keys {
    /// The first key, counted from the command's name. 0: there are none.
    pub first: usize,
    /// The last key. Negative: counted from the request's end.
    pub last: isize,
    /// How far it is from one key to the next.
    pub step: usize,
    /// Whether the first argument is a number, and as many keys come after it. Then the others say
    /// nothing.
    pub is_counted: bool,
}

impl Command {
    /// Describes a command: all that there is to know, in one line.
    pub const fn new(
        name: &'static str,
        arity: i32,
        flags: Flags,
        keys: Keys,
        run: context::Handler,
    ) -> Self {
        Self { name, arity, flags, keys, run, subcommands: &[] }
    }

    /// Describes a command that needs a subcommand.
    pub const fn container(name: &'static str, subcommands: &'static [Command]) -> Self {
        Self::new(name, -2, 0, Keys::NONE, only_subcommands).with(subcommands)
    }

    /// Adds the subcommands.
    pub const fn with(self, subcommands: &'static [Command]) -> Self {
        Self { subcommands, ..self }
    }

    /// Returns whether this command accepts a request of this many arguments. Mirrors
    /// `commandCheckArity`.
    pub fn takes(&self, arguments: usize) -> bool {
        let least = self.arity.unsigned_abs() as usize;
        if self.arity < 0 { arguments >= least } else { arguments == least }
    }

    /// Returns the subcommand of this name.
    fn subcommand(&self, name: &[u8]) -> Option<&'static Command> {
        // Its full name begins with this one's, and a bar.
        let is = |command: &&Command| {
            name.eq_ignore_ascii_case(&command.name.as_bytes()[self.name.len() + 1..])
        };
        self.subcommands.iter().find(is)
    }
}

/// The handler of a command that needs a subcommand. It never runs: the arity requires an argument,
/// and an unknown subcommand is not found.
fn only_subcommands(_: &[&[u8]], _: &mut context::Context<'_>) -> context::Outcome {
    Err(error::CommandError::Arity)
}

impl Keys {
    /// None of the arguments is a key.
    pub const NONE: Self = Self { first: 0, last: 0, step: 0, is_counted: false };
    /// The first argument is a key.
    pub const ONE: Self = Self { first: 1, last: 1, step: 1, ..Self::NONE };
    /// The first two arguments are keys.
    pub const TWO: Self = Self { first: 1, last: 2, step: 1, ..Self::NONE };
    /// The argument after a subcommand's name is a key.
    pub const SECOND: Self = Self { first: 2, last: 2, step: 1, ..Self::NONE };
    /// All arguments are keys.
    pub const ALL: Self = Self { first: 1, last: -1, step: 1, ..Self::NONE };
    /// Every other argument is a key, the one after it its value.
    pub const PAIRS: Self = Self { first: 1, last: -1, step: 2, ..Self::NONE };
    /// The first argument says how many of those after it are keys.
    pub const COUNTED: Self = Self { is_counted: true, ..Self::NONE };

    /// Returns those arguments of a request, which begins with the command's name, that are keys.
    pub fn of<'a>(self, request: &[&'a [u8]]) -> impl Iterator<Item = &'a [u8]> {
        let start = if self.last < 0 { request.len() } else { 0 };
        let range = self.first..start.saturating_add_signed(self.last + 1);
        let range = match self {
            Self { is_counted: true, .. } => 2..counted(request).saturating_add(2),
            // No key: the range would be the command's name alone.
            Self { first: 0, .. } => 0..0,
            _ => range,
        };
        let keys = request.get(range).unwrap_or_default();
        keys.iter().copied().step_by(self.step.max(1))
    }
}

/// Returns the number that the first argument of a request begins with, or 0 if that is none. Blanks
/// and a sign may come before it, anything after it, and 32 bits are left of it: Redis reads it with C's
/// `atoi`, in `genericGetKeys`. The command itself is strict.
fn counted(request: &[&[u8]]) -> usize {
    let text = request.get(1).copied().unwrap_or_default();
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t'..=b'\r');
    let start = text.iter().take_while(|byte| is_blank(byte)).count();
    let (sign, digits) = match &text[start..] {
        [b'-', digits @ ..] => (-1, digits),
        [b'+', digits @ ..] | digits => (1, digits),
    };
    let digits = digits.iter().take_while(|byte| byte.is_ascii_digit());
    let number = digits.fold(0_i64, |number, digit| {
        number.saturating_mul(10).saturating_add(sign * i64::from(digit - b'0'))
    });
    usize::try_from(number as i32).unwrap_or(0)
}
