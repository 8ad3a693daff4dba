//! The core as a whole. What it needs besides a request differs from stage to stage; the other
//! modules of tests need not know.

use std::sync::Mutex;

use stage_08::Server;
use stage_08::client::Client;
use stage_08::clients::Connection;
use stage_08::clock::UnixMillis;
use stage_08::command;
use stage_08::resp::Reply;

/// When a request is executed, if a test does not say.
pub const NOW: i64 = 1_700_000_000_000;

/// The core, with all that it keeps between two requests, and a client.
pub struct Subject {
    pub server: Server,
    client: Mutex<Client>,
}

impl Default for Subject {
    fn default() -> Self {
        let server = Server::default();
        let client = Mutex::new(connect(&server, 1, || ()));
        Self { server, client }
    }
}

impl Subject {
    /// Returns the reply to one request.
    pub fn execute(&self, args: &[&[u8]]) -> Reply {
        self.execute_at(NOW, args)
    }

    /// Returns the reply to a request that is executed so many milliseconds after 1970.
    pub fn execute_at(&self, now: i64, args: &[&[u8]]) -> Reply {
        let mut client = self.client.lock().expect("no test panics in here");
        command::execute(args, &self.server, &mut client, UnixMillis(now))
    }

    /// Returns the reply to a request of another client than the one that is always there.
    pub fn execute_as(&self, client: &mut Client, args: &[&[u8]]) -> Reply {
        let reply = command::execute(args, &self.server, client, UnixMillis(NOW));
        self.server.flush_client(client);
        reply
    }

    /// Connects another client, from this port of its machine.
    pub fn connect(&self, port: u16) -> Client {
        self.connect_and(port, || ())
    }

    /// Connects another client, and says what is to be done when somebody ends its connection.
    pub fn connect_and(&self, port: u16, close: impl FnOnce() + Send + 'static) -> Client {
        connect(&self.server, port, close)
    }
}

fn connect(server: &Server, port: u16, close: impl FnOnce() + Send + 'static) -> Client {
    let connection = Connection {
        address: format!("127.0.0.1:{port}"),
        local_address: "127.0.0.1:6379".into(),
        fd: None,
    };
    let client = server.clients.add(connection, UnixMillis(NOW));
    server.clients.on_kill(client.id, close);
    client
}
