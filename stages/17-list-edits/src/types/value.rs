//! A value that is not a string: one of several types.

use crate::types::kind::Kind;
use crate::types::list::List;

/// A value that is not a string (Redis: `robj`).
#[derive(Clone, Debug)]
pub enum Value {
    /// Elements in the order in which they were added.
    List(List),
}

impl From<List> for Value {
    fn from(list: List) -> Self {
        Self::List(list)
    }
}

impl Value {
    /// Returns the value, whatever its type is.
    pub fn kind(&self) -> &dyn Kind {
        match self {
            Self::List(list) => list,
        }
    }

    /// Returns the value, whatever its type is.
    pub fn kind_mut(&mut self) -> &mut dyn Kind {
        match self {
            Self::List(list) => list,
        }
    }
}
