/// What a command answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A status such as `+PONG`.
    Simple(&'static str),
    /// An error, its first word in capitals; bytes, because it may quote what a client sent.
    Error(Vec<u8>),
    /// A string of any bytes, its length ahead of it.
    Bulk(Vec<u8>),
    /// No value.
    Nil,
    /// No array.
    NilArray,
    /// A whole number.
    Integer(i64),
    /// Replies in a row.
    Array(Vec<Reply>),
    /// Names and values, which in RESP2 take turns in an array.
    Map(Vec<(Reply, Reply)>),
}

impl Reply {
    /// Returns an error reply with this text.
    pub fn error(text: impl Into<Vec<u8>>) -> Reply {
        Reply::Error(text.into())
    }
}
