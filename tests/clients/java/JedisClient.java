import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.Response;
import redis.clients.jedis.commands.ProtocolCommand;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.ClientKillParams;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.params.SetParams;
import redis.clients.jedis.resps.CommandInfo;
import redis.clients.jedis.resps.ScanResult;

/**
 * Jedis against the server on a port: {@code JedisClient PORT}.
 *
 * <p>Prints a line for each feature, {@code feature<TAB>ok|fail|none<TAB>detail}. Lines that start
 * with {@code @} tell what runs, and ask for a new server on the same port.
 */
public final class JedisClient {
  private static final byte[] ALL_BYTES = new byte[256];

  static {
    for (int at = 0; at < 256; at++) {
      ALL_BYTES[at] = (byte) at;
    }
  }

  private final int port;

  /** One connection, with its default settings: what is said of a connection is said to this one. */
  private final Jedis jedis;

  /** A pool of them, with its default settings. */
  private final RedisClient client;

  private JedisClient(int port) {
    this.port = port;
    jedis = new Jedis("localhost", port);
    client = RedisClient.create("localhost", port);
  }

  private interface Check {
    void run() throws Exception;
  }

  public static void main(String[] arguments) throws Exception {
    say("@version", version());
    new JedisClient(Integer.parseInt(arguments[0])).checkAll();
    System.exit(0);
  }

  private void checkAll() {
    check("connect", this::connect);
    check("PING", this::ping);
    check("ECHO", this::echo);
    check("SET and GET", this::setAndGet);
    check("SET with an expiry", this::setWithExpiry);
    check("TTL and PTTL", this::ttl);
    check("EXISTS", this::exists);
    check("TYPE", this::type);
    check("KEYS", this::keys);
    check("SCAN", this::scan);
    check("DBSIZE", this::dbSize);
    check("SELECT", this::select);
    check("CONFIG GET", this::configGet);
    check("HELLO", this::hello);
    check("CLIENT ID INFO LIST", this::clientInfo);
    check("CLIENT SETNAME GETNAME", this::clientSetname);
    check("CLIENT REPLY", this::clientReply);
    check("CLIENT NO-EVICT", this::clientNoEvict);
    check("CLIENT KILL", this::clientKill);
    check("COMMAND", this::command);
    check("COMMAND COUNT LIST", this::commandCount);
    check("COMMAND INFO", this::commandInfo);
    check("COMMAND DOCS", this::commandDocs);
    check("COMMAND GETKEYS", this::commandGetkeys);
    check("INFO", this::info);
    check("RESET", this::reset);
    check("QUIT", this::quit);
    check("errors", this::errors);
    check("pipeline", this::pipeline);
    check("binary values", this::binaryValues);
    check("large values", this::largeValues);
    check("reconnect", this::reconnect);
  }

  // What is told ---------------------------------------------------------------------------------

  private static void say(String... columns) {
    System.out.println(String.join("\t", columns));
    System.out.flush();
  }

  private static void check(String feature, Check check) {
    try {
      check.run();
      say(feature, "ok", "");
    } catch (Exception | AssertionError error) {
      String line = Arrays.stream(error.getStackTrace())
          .filter(frame -> frame.getClassName().equals("JedisClient"))
          .filter(frame -> !Set.of("equal", "between", "refused").contains(frame.getMethodName()))
          .map(frame -> "line " + frame.getLineNumber() + ": ")
          .findFirst()
          .orElse("");
      say(feature, "fail", line + error.toString().replaceAll("\\s+", " "));
    }
  }

  /** The version that the library's file is named after. */
  private static String version() {
    String path = Jedis.class.getProtectionDomain().getCodeSource().getLocation().getPath();
    Matcher matcher = Pattern.compile("jedis-([^/]*)\\.jar").matcher(path);
    return matcher.find() ? matcher.group(1) : "?";
  }

  private static void equal(Object came, Object due) {
    if (!Objects.deepEquals(came, due)) {
      throw new AssertionError(shortened(came) + " came, not " + shortened(due));
    }
  }

  private static void between(long low, long came, long high) {
    if (came < low || came > high) {
      throw new AssertionError(came + " is not between " + low + " and " + high);
    }
  }

  private static void refused(Check call, String due) throws Exception {
    try {
      call.run();
    } catch (JedisDataException error) {
      equal(error.getMessage(), due);
      return;
    }
    throw new AssertionError("no error came, not " + due);
  }

  private static String shortened(Object value) {
    String text = value instanceof byte[] bytes ? Arrays.toString(bytes) : String.valueOf(value);
    return text.length() <= 200 ? text : text.substring(0, 200) + "…";
  }

  private static String field(String line, String name) {
    Matcher matcher = Pattern.compile("(?:^|\\s)" + name + "=(\\S*)").matcher(line);
    return matcher.find() ? matcher.group(1) : null;
  }

  private static String text(Object bulk) {
    return new String((byte[]) bulk, StandardCharsets.UTF_8);
  }

  /** A command that the library has no name for. */
  private static ProtocolCommand named(String name) {
    return () -> name.getBytes(StandardCharsets.UTF_8);
  }

  private Jedis another() {
    return new Jedis("localhost", port);
  }

  private Jedis inDatabase(int number) {
    var config = DefaultJedisClientConfig.builder().database(number).build();
    return new Jedis("localhost", port, config);
  }

  // Features -------------------------------------------------------------------------------------

  private void connect() {
    equal(client.set("connect", "yes"), "OK");
    equal(jedis.set("connect", "yes"), "OK");
    String resp = field(jedis.clientInfo(), "resp");
    say("@protocol", resp);
    equal(resp, "2");
  }

  private void ping() {
    equal(client.ping(), "PONG");
    equal(jedis.ping("hello"), "hello");
  }

  private void echo() {
    equal(client.echo("hello"), "hello");
    equal(jedis.echo(ALL_BYTES), ALL_BYTES);
  }

  private void setAndGet() {
    equal(client.set("key", "value"), "OK");
    equal(client.get("key"), "value");
    equal(client.get("missing"), null);
  }

  private void setWithExpiry() throws Exception {
    long now = System.currentTimeMillis();
    equal(client.set("ex", "v", SetParams.setParams().ex(100)), "OK");
    equal(client.set("px", "v", SetParams.setParams().px(100_000)), "OK");
    equal(client.set("exat", "v", SetParams.setParams().exAt(now / 1000 + 100)), "OK");
    equal(client.set("pxat", "v", SetParams.setParams().pxAt(now + 100_000)), "OK");
    for (String key : List.of("ex", "px", "exat", "pxat")) {
      between(98_000, client.pttl(key), 101_000);
    }
    equal(client.set("ex", "w", SetParams.setParams().keepTtl()), "OK");
    between(98_000, client.pttl("ex"), 101_000);
    equal(client.set("short", "v", SetParams.setParams().px(50)), "OK");
    Thread.sleep(100);
    equal(client.get("short"), null);
  }

  private void ttl() {
    client.set("bounded", "v", SetParams.setParams().ex(100));
    client.set("unbounded", "v");
    between(99, client.ttl("bounded"), 100);
    between(99_000, client.pttl("bounded"), 100_000);
    equal(List.of(client.ttl("unbounded"), client.pttl("unbounded")), List.of(-1L, -1L));
    equal(List.of(client.ttl("missing"), client.pttl("missing")), List.of(-2L, -2L));
  }

  private void exists() {
    client.set("one", "1");
    client.set("two", "2");
    equal(client.exists("one"), true);
    equal(client.exists("missing"), false);
    equal(client.exists("one", "two", "one", "missing"), 3L);
  }

  private void type() {
    client.set("string", "v");
    equal(client.type("string"), "string");
    equal(client.type("missing"), "none");
  }

  private void keys() {
    for (int n = 0; n < 3; n++) {
      client.set("keys:" + n, "v");
    }
    equal(client.keys("keys:*"), Set.of("keys:0", "keys:1", "keys:2"));
    equal(client.keys("nothing:*"), Set.of());
  }

  private Set<String> scanned(ScanParams parameters) {
    Set<String> found = new HashSet<>();
    String cursor = ScanParams.SCAN_POINTER_START;
    do {
      ScanResult<String> some = client.scan(cursor, parameters);
      found.addAll(some.getResult());
      cursor = some.getCursor();
    } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
    return found;
  }

  private void scan() {
    Set<String> due =
        IntStream.range(0, 1000).mapToObj(n -> "scan:" + n).collect(Collectors.toSet());
    due.forEach(key -> jedis.set(key, "v"));
    equal(scanned(new ScanParams().match("scan:*")), due);
    equal(scanned(new ScanParams().match("scan:*").count(100)), due);
    equal(scanned(new ScanParams()).containsAll(due), true);
    var iteration = client.scanIteration(50, "scan:*");
    equal(new HashSet<>(iteration.collect(new ArrayList<>())), due);
  }

  private void dbSize() {
    try (Jedis other = inDatabase(9)) {
      equal(other.dbSize(), 0L);
      other.set("dbsize", "v");
      equal(other.dbSize(), 1L);
    }
  }

  private void select() {
    jedis.set("select", "zero");
    try (Jedis other = inDatabase(3)) {
      other.set("select", "three");
      equal(field(other.clientInfo(), "db"), "3");
    }
    try (Jedis other = another()) {
      equal(other.select(3), "OK");
      equal(other.get("select"), "three");
    }
    equal(jedis.get("select"), "zero");
  }

  private void configGet() {
    equal(jedis.configGet("port"), Map.of("port", String.valueOf(port)));
    equal(jedis.configGet("dbfile*"), Map.of("dbfilename", "dump.rdb"));
    equal(new TreeSet<>(jedis.configGet("port", "dir").keySet()), new TreeSet<>(Set.of("dir", "port")));
    equal(jedis.configGet("nothing"), Map.of());
  }

  private void hello() {
    List<?> pairs = (List<?>) jedis.sendCommand(Protocol.Command.HELLO);
    Map<String, Object> fields = new TreeMap<>();
    for (int at = 0; at < pairs.size(); at += 2) {
      fields.put(text(pairs.get(at)), pairs.get(at + 1));
    }
    equal(text(fields.get("server")), "redis");
    equal(text(fields.get("mode")), "standalone");
    equal(text(fields.get("role")), "master");
    equal(fields.get("proto"), 2L);
    equal(fields.get("modules"), List.of());
    var config = DefaultJedisClientConfig.builder().resp3().build();
    try (Jedis other = new Jedis("localhost", port, config)) {
      equal(field(other.clientInfo(), "resp"), "3");
      equal(other.configGet("port"), Map.of("port", String.valueOf(port)));
      equal(other.get("missing"), null);
    }
  }

  private void clientInfo() {
    try (Jedis other = another()) {
      String id = String.valueOf(other.clientId());
      equal(field(other.clientInfo(), "id"), id);
      String own = jedis.clientList().lines()
          .filter(line -> id.equals(field(line, "id")))
          .findFirst()
          .orElse("");
      equal(field(own, "cmd"), "client|info");
      equal(field(jedis.clientList(Long.parseLong(id)), "id"), id);
    }
  }

  private void clientSetname() {
    var config = DefaultJedisClientConfig.builder().clientName("given-on-connecting").build();
    try (Jedis named = new Jedis("localhost", port, config)) {
      equal(named.clientGetname(), "given-on-connecting");
    }
    try (Jedis other = another()) {
      equal(other.clientGetname(), null);
      equal(other.clientSetname("later"), "OK");
      equal(other.clientGetname(), "later");
      equal(field(other.clientInfo(), "name"), "later");
    }
  }

  private void clientReply() {
    equal(text(jedis.sendCommand(Protocol.Command.CLIENT, "REPLY", "ON")), "OK");
  }

  private void clientNoEvict() {
    equal(jedis.clientNoEvictOn(), "OK");
    equal(jedis.clientNoEvictOff(), "OK");
  }

  private void clientKill() {
    try (Jedis other = another()) {
      String id = String.valueOf(other.clientId());
      equal(jedis.clientKill(ClientKillParams.clientKillParams().id(id)), 1L);
      equal(jedis.clientKill(ClientKillParams.clientKillParams().id(id)), 0L);
      try {
        other.ping();
        throw new AssertionError("the connection is still there");
      } catch (JedisConnectionException closed) {
        equal(other.isBroken(), true);
      }
    }
  }

  private void command() {
    Map<String, CommandInfo> commands = jedis.command();
    equal(commands.get("get").getArity(), 2L);
    equal(commands.get("set").getArity(), -3L);
    equal(commands.get("get").getFlags().contains("readonly"), true);
    equal(commands.get("set").getFlags().contains("write"), true);
    CommandInfo exists = commands.get("exists");
    equal(List.of(exists.getFirstKey(), exists.getLastKey(), exists.getStep()), List.of(1L, -1L, 1L));
  }

  private void commandCount() {
    Set<String> names = jedis.command().keySet();
    equal(jedis.commandCount(), (long) names.size());
    Set<String> listed = new TreeSet<>(jedis.commandList());
    listed.removeIf(name -> name.contains("|"));
    equal(listed, new TreeSet<>(names));
  }

  private void commandInfo() {
    Map<String, CommandInfo> commands = jedis.commandInfo("get", "nosuch");
    equal(commands.get("get").getArity(), 2L);
    equal(commands.get("nosuch"), null);
  }

  private void commandDocs() {
    var docs = jedis.commandDocs("get", "set");
    equal(new TreeSet<>(docs.keySet()), new TreeSet<>(Set.of("get", "set")));
    docs.values().forEach(doc -> {
      equal(doc.getSince(), "1.0.0");
      equal(doc.getGroup(), "string");
      between(10, doc.getSummary().length(), 200);
    });
  }

  private void commandGetkeys() {
    equal(jedis.commandGetKeys("SET", "key", "value"), List.of("key"));
    equal(jedis.commandGetKeys("EXISTS", "one", "two"), List.of("one", "two"));
  }

  private void info() {
    List<String> lines = client.info().lines().collect(Collectors.toList());
    for (String due : List.of("# Server", "redis_mode:standalone", "tcp_port:" + port, "role:master")) {
      equal(List.of(due, lines.contains(due)), List.of(due, true));
    }
    Matcher memory = Pattern.compile("\nused_memory:(\\d+)").matcher(client.info("memory"));
    equal(memory.find(), true);
    between(1, Long.parseLong(memory.group(1)), 1L << 40);
    client.set("info", "v");
    Matcher matcher = Pattern.compile("db0:keys=(\\d+),").matcher(client.info("keyspace"));
    equal(matcher.find(), true);
    equal(Long.parseLong(matcher.group(1)), client.dbSize());
    equal(client.info("server").contains("used_memory:"), false);
  }

  private void reset() {
    try (Jedis other = another()) {
      other.clientSetname("before");
      other.select(4);
      equal(other.reset(), "RESET");
      equal(other.clientGetname(), null);
      equal(field(other.clientInfo(), "db"), "0");
    }
  }

  private void quit() {
    try (Jedis other = another()) {
      equal(text(other.sendCommand(named("QUIT"))), "OK");
      try {
        other.ping();
        throw new AssertionError("the connection is still there");
      } catch (JedisConnectionException closed) {
        equal(other.isBroken(), true);
      }
    }
  }

  private void errors() throws Exception {
    refused(
        () -> jedis.sendCommand(named("NOSUCH"), "a"),
        "ERR unknown command 'NOSUCH', with args beginning with: 'a' ");
    refused(
        () -> jedis.sendCommand(Protocol.Command.GET),
        "ERR wrong number of arguments for 'get' command");
    refused(() -> jedis.sendCommand(Protocol.Command.SET, "a", "b", "c"), "ERR syntax error");
    refused(() -> jedis.select(99), "ERR DB index is out of range");
    equal(jedis.ping(), "PONG");
  }

  private void pipeline() {
    List<Response<String>> stored = new ArrayList<>();
    List<Response<String>> found = new ArrayList<>();
    try (AbstractPipeline pipeline = client.pipelined()) {
      for (int n = 0; n < 2500; n++) {
        stored.add(pipeline.set("pipeline:" + n % 10, "value " + n));
        found.add(pipeline.get("pipeline:" + n % 10));
      }
      pipeline.sync();
    }
    for (int n = 0; n < 2500; n++) {
      equal(stored.get(n).get(), "OK");
      equal(found.get(n).get(), "value " + n);
    }
  }

  private void binaryValues() {
    byte[] odd = {(byte) 0xff, (byte) 0xfe};
    byte[] resp = "$5\r\nhello\r\n".getBytes(StandardCharsets.UTF_8);
    for (byte[] value : List.of(new byte[0], new byte[] {'\r', '\n'}, resp, odd, ALL_BYTES)) {
      byte[] key = Arrays.copyOf("binary".getBytes(StandardCharsets.UTF_8), 6 + value.length);
      System.arraycopy(value, 0, key, 6, value.length);
      equal(client.set(key, value), "OK");
      equal(client.get(key), value);
    }
  }

  private void largeValues() {
    byte[] value = new byte[4_096_000];
    for (int at = 0; at < value.length; at++) {
      value[at] = (byte) at;
    }
    equal(client.set("large".getBytes(StandardCharsets.UTF_8), value), "OK");
    equal(client.get("large".getBytes(StandardCharsets.UTF_8)), value);
  }

  /** Connections of the pool that are broken fail once each, and are then replaced. */
  private void reconnect() throws Exception {
    say("@restart");
    equal(new BufferedReader(new InputStreamReader(System.in)).readLine(), "restarted");
    String stored = null;
    for (int tries = 0; stored == null; tries++) {
      try {
        stored = client.set("reconnect", "v");
      } catch (JedisConnectionException broken) {
        between(0, tries, 10);
      }
    }
    equal(stored, "OK");
    equal(client.get("reconnect"), "v");
  }
}
