//! What a handler works with, and what it returns.

use crate::command::error::CommandError;
use crate::command::table::Table;
use crate::keyspace::db::Db;
use crate::keyspace::walk::Walk;
use crate::protocol::clock::UnixMillis;
use crate::protocol::out::{Done, Out};
use crate::server::Server;
use crate::server::client::Client;

/// A command's handler. It receives the arguments after the command's name, or the subcommand's.
pub type Handler = fn(&[&[u8]], &mut Context<'_>) -> Outcome;

/// What a handler returns: proof that it has replied, or why it could not.
pub type Outcome = Result<Done, CommandError>;

/// What a command works on.
#[derive(Debug)]
pub struct Context<'a> {
    /// What all connections share.
    pub server: &'a mut Server,
    /// The ID of the client that sent the request.
    pub id: u64,
    /// The number of the database that it has selected.
    pub database: usize,
    /// The current time.
    pub now: UnixMillis,
    /// Where the reply goes.
    pub out: Out<'a>,
    /// The walk that finds the reply, if the command needs one.
    pub walk: Option<Walk>,
    /// All commands.
    pub table: &'a Table,
}

impl Context<'_> {
    /// Returns the client that sent the request. If another client has killed it, the list no
    /// longer has it.
    pub fn client(&mut self) -> Result<&mut Client, CommandError> {
        Ok(self.server.clients.get_mut(self.id).ok_or("No such client")?)
    }

    /// Returns the database that the client has selected.
    pub fn db(&mut self) -> &mut Db {
        &mut self.server.databases[self.database]
    }
}
