//! Lists: elements in the order in which they were added, at both ends.

use std::collections::VecDeque;
use std::ops::Range;

use crate::types::kind::Kind;
use crate::types::piece::{self, PIECE};

/// How many bytes freeing an element counts besides its own: freeing many small ones takes longer
/// than freeing as many bytes in one piece.
const ELEMENT: usize = 64;

/// How many bytes the place of an element takes.
const PLACE: usize = size_of::<Box<[u8]>>();

/// One of the two ends of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Where the first element is: LEFT, to clients.
    Front,
    /// Where the last element is: RIGHT.
    Back,
}

impl End {
    /// Returns the index of the element at this end.
    pub fn index(self) -> i64 {
        match self {
            Self::Front => 0,
            Self::Back => -1,
        }
    }
}

/// A list (Redis: `quicklist`).
#[derive(Clone, Debug, Default)]
pub struct List {
    elements: VecDeque<Box<[u8]>>,
    /// How many bytes all elements have.
    bytes: usize,
}

impl List {
    /// Returns all elements.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.elements.iter().map(|element| &**element)
    }

    /// Returns the elements in a range of indexes.
    pub fn range(&self, range: Range<usize>) -> impl Iterator<Item = &[u8]> {
        self.elements.range(range).map(|element| &**element)
    }

    /// Returns how far from the front an index is: a negative one counts from the back.
    pub fn place(&self, index: i64) -> Option<usize> {
        let index = if index < 0 { index + self.len() as i64 } else { index };
        usize::try_from(index).ok().filter(|place| *place < self.len())
    }

    /// Returns the element at an index: a negative one counts from the back.
    pub fn get(&self, index: i64) -> Option<&[u8]> {
        self.elements.get(self.place(index)?).map(|element| &**element)
    }

    /// Puts an element in the place of another. Mirrors `quicklistReplaceEntry`.
    pub fn set(&mut self, place: usize, element: &[u8]) {
        self.bytes -= self.elements[place].len();
        self.bytes += element.len();
        self.elements[place] = element.into();
    }

    /// Inserts an element. Mirrors `_quicklistInsert`.
    pub fn insert(&mut self, place: usize, element: &[u8]) {
        self.bytes += element.len();
        self.elements.insert(place, element.into());
    }

    /// Removes elements that are equal to this one, starting at an end, and not more than `limit`.
    /// Returns how many. Mirrors `lremCommand`.
    pub fn remove_equal(&mut self, end: End, limit: usize, element: &[u8]) -> usize {
        let equal = self.iter().filter(|other| *other == element).count();
        let count = limit.min(equal);
        // The last ones: all equal ones before them stay.
        let (mut stay, mut left) = (if end == End::Back { equal - count } else { 0 }, count);
        self.elements.retain(|other| {
            if left == 0 || **other != *element {
                return true;
            }
            let stays = stay > 0;
            (stay, left) = if stays { (stay - 1, left) } else { (stay, left - 1) };
            stays
        });
        self.bytes -= count * element.len();
        self.shrink();
        count
    }

    /// Adds an element at an end. Mirrors `quicklistPush`.
    pub fn push(&mut self, end: End, element: &[u8]) {
        self.bytes += element.len();
        match end {
            End::Front => self.elements.push_front(element.into()),
            End::Back => self.elements.push_back(element.into()),
        }
    }

    /// Removes so many elements, not more than there are, at an end.
    pub fn remove(&mut self, end: End, count: usize) {
        let range = match end {
            End::Front => 0..count,
            End::Back => self.len() - count..self.len(),
        };
        let removed = self.elements.drain(range);
        self.bytes -= removed.map(|element| element.len()).sum::<usize>();
        self.shrink();
    }

    /// Gives back what it no longer needs: a quarter is full, and then a half.
    fn shrink(&mut self) {
        if self.len() * 4 < self.elements.capacity() {
            self.elements.shrink_to(self.len() * 2);
        }
    }
}

impl Kind for List {
    fn name(&self) -> &'static str {
        "list"
    }

    fn encoding(&self) -> &'static str {
        "quicklist"
    }

    fn len(&self) -> usize {
        self.elements.len()
    }

    fn size(&self) -> usize {
        self.bytes + self.len() * ELEMENT + self.elements.capacity() * PLACE
    }

    fn cut(&mut self) -> usize {
        let before = self.size();
        if self.is_empty() {
            let places = self.elements.capacity().saturating_sub(PIECE / PLACE);
            self.elements.shrink_to(places);
        }
        while before - self.size() < PIECE
            && let Some(element) = self.elements.pop_back()
        {
            let mut rest = element.into_vec();
            self.bytes -= piece::cut(&mut rest);
            if !rest.is_empty() {
                self.elements.push_back(rest.into());
            }
        }
        before - self.size()
    }
}
