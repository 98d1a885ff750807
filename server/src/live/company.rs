//! Whom a socket's reader knows to be somewhere they see. Who leaves is told to those alone who were told that they came: what
//! colleagues do where a reader sees nothing, that reader does not learn, not even that they do it.

use std::collections::HashSet;

/// What one socket was told, by the sockets it was told of.
#[derive(Default)]
pub struct Company(HashSet<u64>);

/// What is told of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hears {
    /// All of it.
    Word,
    /// That they left.
    Left,
    /// Nothing.
    Nothing,
}

impl Company {
    /// Another socket's member is somewhere (or nowhere) now, which the reader sees or not.
    pub fn moved(&mut self, socket: u64, seen: bool) -> Hears {
        if seen {
            self.0.insert(socket);
            Hears::Word
        } else if self.0.remove(&socket) {
            Hears::Left
        } else {
            Hears::Nothing
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_leaves_is_told_to_those_alone_who_were_told_that_they_came() {
        let mut company = Company::default();
        for (socket, seen, hears) in [
            // From one place out of sight to the next, typing there, and away.
            (1, false, Hears::Nothing),
            (1, false, Hears::Nothing),
            // Into sight, where they type.
            (1, true, Hears::Word),
            (1, true, Hears::Word),
            // Another one is another one.
            (2, false, Hears::Nothing),
            // Out of it: once.
            (1, false, Hears::Left),
            (1, false, Hears::Nothing),
            (2, true, Hears::Word),
            (2, false, Hears::Left),
        ] {
            assert_eq!(company.moved(socket, seen), hears, "{socket} {seen}");
        }
    }
}
