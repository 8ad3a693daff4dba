//! What the keyspace must know of a value that is not a string.

use std::any::Any;
use std::fmt::Debug;

/// A type of values.
pub trait Kind: Any + Debug {
    /// Returns the name of the type, for TYPE.
    fn name(&self) -> &'static str;

    /// Returns how Redis would store the value, for OBJECT ENCODING.
    fn encoding(&self) -> &'static str;

    /// Returns how many elements there are.
    fn len(&self) -> usize;

    /// Returns whether there are none. The keyspace keeps no such value.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns how many bytes it takes.
    fn size(&self) -> usize;

    /// Frees a piece of it, when it is no longer needed. Returns how many bytes that were: 0, if
    /// nothing is left.
    fn cut(&mut self) -> usize;
}
