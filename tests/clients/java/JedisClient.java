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
import redis.clients.jedis.args.ExpiryOption;
import redis.clients.jedis.args.FlushMode;
import redis.clients.jedis.commands.ProtocolCommand;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.ClientKillParams;
import redis.clients.jedis.params.GetExParams;
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
    check("GETSET GETDEL SETNX", this::getSet);
    check("MSET MGET MSETNX", this::mset);
    check("INCR DECR INCRBY DECRBY", this::incr);
    check("INCRBYFLOAT", this::incrByFloat);
    check("APPEND STRLEN GETRANGE SETRANGE", this::append);
    check("SET with an expiry", this::setWithExpiry);
    check("TTL and PTTL", this::ttl);
    check("SETEX PSETEX", this::setex);
    check("GETEX", this::getEx);
    check("EXPIRE PEXPIRE", this::expire);
    check("EXPIREAT PEXPIREAT", this::expireAt);
    check("EXPIRETIME PEXPIRETIME", this::expireTime);
    check("PERSIST", this::persist);
    check("EXISTS", this::exists);
    check("DEL UNLINK TOUCH", this::del);
    check("RENAME RENAMENX", this::rename);
    check("COPY MOVE", this::copy);
    check("TYPE", this::type);
    check("OBJECT ENCODING REFCOUNT", this::object);
    check("KEYS", this::keys);
    check("SCAN", this::scan);
    check("RANDOMKEY", this::randomKey);
    check("DBSIZE", this::dbSize);
    check("SELECT", this::select);
    check("SWAPDB", this::swapDb);
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
    check("FLUSHDB FLUSHALL", this::flush);
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

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** A command that the library has no name for. */
  private static ProtocolCommand named(String name) {
    return () -> bytes(name);
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

  private void getSet() {
    equal(client.getSet("getset", "old"), null);
    equal(client.getSet("getset", "new"), "old");
    equal(client.getDel("getset"), "new");
    equal(client.getDel("getset"), null);
    equal(client.setnx(bytes("getset"), ALL_BYTES), 1L);
    equal(client.setnx("getset", "other"), 0L);
    equal(client.getDel(bytes("getset")), ALL_BYTES);
  }

  private void mset() {
    equal(client.mset("mset:1", "1", "mset:2", "two"), "OK");
    equal(client.mset(bytes("mset:2"), ALL_BYTES), "OK");
    equal(client.mget("mset:1", "missing"), Arrays.asList("1", null));
    List<byte[]> found = client.mget(bytes("mset:2"), bytes("missing"));
    equal(found.toArray(), new byte[][] {ALL_BYTES, null});
    equal(client.msetnx("mset:3", "v", "mset:1", "v"), 0L);
    equal(client.msetnx("mset:3", "v", "mset:4", "w"), 1L);
    equal(client.mget("mset:1", "mset:3", "mset:4"), List.of("1", "v", "w"));
  }

  private void incr() throws Exception {
    equal(List.of(client.incr("counter"), client.incrBy("counter", 41)), List.of(1L, 42L));
    equal(List.of(client.decr("counter"), client.decrBy("counter", 42)), List.of(41L, -1L));
    equal(client.get("counter"), "-1");
    client.set("most", String.valueOf(Long.MAX_VALUE));
    refused(() -> client.incr("most"), "ERR increment or decrement would overflow");
    equal(client.decr("most"), Long.MAX_VALUE - 1);
    client.set("word", "seven");
    refused(() -> client.incr("word"), "ERR value is not an integer or out of range");
  }

  private void incrByFloat() throws Exception {
    client.set("float", "10.50");
    equal(client.incrByFloat("float", 0.1), 10.6);
    equal(client.incrByFloat("float", -5.6), 5.0);
    equal(client.get("float"), "5");
    client.set("word", "seven");
    refused(() -> client.incrByFloat("word", 0.5), "ERR value is not a valid float");
  }

  private void append() {
    equal(List.of(client.append("append", "Hello"), client.append("append", " World")), List.of(5L, 11L));
    equal(List.of(client.strlen("append"), client.strlen("missing")), List.of(11L, 0L));
    equal(client.getrange("append", 0, 4), "Hello");
    equal(client.getrange("append", -5, -1), "World");
    equal(client.getrange("append", 20, 30), "");
    equal(client.setrange("append", 6, "Redis"), 11L);
    equal(client.get("append"), "Hello Redis");
    equal(client.setrange(bytes("padded"), 3, new byte[] {(byte) 0xff}), 4L);
    equal(client.get(bytes("padded")), new byte[] {0, 0, 0, (byte) 0xff});
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

  private void setex() throws Exception {
    equal(client.setex(bytes("setex"), 100, ALL_BYTES), "OK");
    between(99, client.ttl("setex"), 100);
    equal(client.get(bytes("setex")), ALL_BYTES);
    equal(client.psetex("setex", 50, "short"), "OK");
    Thread.sleep(100);
    equal(client.exists("setex"), false);
    refused(() -> client.setex("setex", 0, "v"), "ERR invalid expire time in 'setex' command");
    refused(() -> client.psetex("setex", -1, "v"), "ERR invalid expire time in 'psetex' command");
  }

  private void getEx(GetExParams parameters, long low, long high) {
    equal(client.getEx(bytes("getex"), parameters), ALL_BYTES);
    between(low, client.pttl("getex"), high);
  }

  private void getEx() {
    long now = System.currentTimeMillis() / 1000;
    client.set(bytes("getex"), ALL_BYTES);
    getEx(new GetExParams(), -1, -1);
    getEx(new GetExParams().ex(100), 99_000, 100_000);
    getEx(new GetExParams().px(200_000), 199_000, 200_000);
    getEx(new GetExParams().exAt(now + 300), 298_000, 300_000);
    getEx(new GetExParams().pxAt((now + 400) * 1000), 398_000, 400_000);
    getEx(new GetExParams().persist(), -1, -1);
    equal(client.getEx("missing", new GetExParams().ex(100)), null);
  }

  private void expire() throws Exception {
    client.set("expire", "v");
    equal(client.expire("expire", 100, ExpiryOption.XX), 0L);
    equal(client.expire("expire", 100, ExpiryOption.NX), 1L);
    equal(client.pexpire("expire", 100_000, ExpiryOption.NX), 0L);
    equal(client.expire("expire", 50, ExpiryOption.GT), 0L);
    equal(client.pexpire("expire", 200_000, ExpiryOption.GT), 1L);
    between(199_000, client.pttl("expire"), 200_000);
    equal(client.expire("expire", 300, ExpiryOption.LT), 0L);
    equal(client.pexpire("expire", 50_000, ExpiryOption.LT), 1L);
    between(49, client.ttl("expire"), 50);
    equal(client.pexpire("expire", 50), 1L);
    Thread.sleep(100);
    equal(client.get("expire"), null);
    equal(client.expire("expire", 100), 0L);
  }

  private void expireAt() {
    long now = System.currentTimeMillis() / 1000;
    client.set("expireat", "v");
    equal(client.expireAt("expireat", now + 100), 1L);
    between(98_000, client.pttl("expireat"), 100_000);
    equal(client.expireAt("expireat", now + 50, ExpiryOption.GT), 0L);
    equal(client.pexpireAt("expireat", (now + 200) * 1000, ExpiryOption.GT), 1L);
    between(198_000, client.pttl("expireat"), 200_000);
    equal(client.pexpireAt("expireat", (now + 300) * 1000, ExpiryOption.LT), 0L);
    equal(client.expireAt("expireat", 1, ExpiryOption.XX), 1L);
    equal(client.exists("expireat"), false);
    equal(client.pexpireAt("expireat", 1), 0L);
  }

  private void expireTimeIs(String key, long seconds, long milliseconds) {
    equal(client.expireTime(key), seconds);
    equal(client.pexpireTime(key), milliseconds);
  }

  private void expireTime() {
    long when = System.currentTimeMillis() / 1000 + 100;
    client.set("expiretime", "v", SetParams.setParams().exAt(when));
    expireTimeIs("expiretime", when, when * 1000);
    client.set("expiretime", "v");
    expireTimeIs("expiretime", -1, -1);
    expireTimeIs("missing", -2, -2);
  }

  private void persist() {
    client.set("persist", "v", SetParams.setParams().ex(100));
    equal(List.of(client.persist("persist"), client.persist("persist")), List.of(1L, 0L));
    equal(List.of(client.ttl("persist"), client.persist("missing")), List.of(-1L, 0L));
  }

  private void exists() {
    client.set("one", "1");
    client.set("two", "2");
    equal(client.exists("one"), true);
    equal(client.exists("missing"), false);
    equal(client.exists("one", "two", "one", "missing"), 3L);
  }

  private void del() {
    client.mset("del:1", "v", "del:2", "v", "del:3", "v", "del:4", "v");
    equal(client.touch("del:1", "del:4", "missing"), 2L);
    equal(client.del("del:1", "del:2", "missing"), 2L);
    equal(client.unlink("del:3", "del:3", "missing"), 1L);
    equal(client.exists("del:1", "del:2", "del:3", "del:4"), 1L);
  }

  private void rename() throws Exception {
    client.mset("rename:1", "one", "rename:2", "two");
    equal(client.rename("rename:1", "rename:3"), "OK");
    equal(client.mget("rename:1", "rename:3"), Arrays.asList(null, "one"));
    equal(client.renamenx("rename:3", "rename:2"), 0L);
    equal(client.renamenx("rename:3", "rename:1"), 1L);
    equal(client.rename("rename:1", "rename:2"), "OK");
    equal(client.mget("rename:1", "rename:2", "rename:3"), Arrays.asList(null, "one", null));
    refused(() -> client.rename("missing", "rename:1"), "ERR no such key");
  }

  private void copy() {
    client.set("copy", "v");
    equal(client.copy("copy", "twin", false), true);
    client.set("copy", "w");
    equal(client.copy("copy", "twin", false), false);
    equal(client.get("twin"), "v");
    equal(client.copy("copy", "twin", true), true);
    equal(client.get("twin"), "w");
    equal(client.copy("missing", "twin", false), false);
    equal(jedis.copy("copy", "copied", 5, false), true);
    equal(List.of(jedis.move("copy", 5), jedis.move("copy", 5)), List.of(1L, 0L));
    equal(List.of(jedis.move("twin", 5), jedis.exists("copy", "twin")), List.of(1L, 0L));
    try (Jedis other = inDatabase(5)) {
      equal(other.mget("copied", "copy", "twin"), List.of("w", "w", "w"));
    }
  }

  private void type() {
    client.set("string", "v");
    equal(client.type("string"), "string");
    equal(client.type("missing"), "none");
  }

  private void object() {
    client.mset("int", "12", "embstr", "short", "raw", "long".repeat(12));
    for (String encoding : List.of("int", "embstr", "raw")) {
      equal(client.objectEncoding(encoding), encoding);
    }
    equal(client.objectEncoding("missing"), null);
    equal(client.objectRefcount("raw"), 1L);
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

  private void randomKey() {
    try (Jedis other = inDatabase(6)) {
      equal(other.randomKey(), null);
      other.mset("random:1", "v", "random:2", "v");
      equal(Set.of("random:1", "random:2").contains(other.randomKey()), true);
    }
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

  private void swapDb() {
    try (Jedis seven = inDatabase(7);
        Jedis eight = inDatabase(8)) {
      seven.set("swapdb", "seven");
      equal(jedis.swapDB(7, 8), "OK");
      equal(seven.get("swapdb"), null);
      equal(eight.get("swapdb"), "seven");
    }
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
    byte[] resp = bytes("$5\r\nhello\r\n");
    for (byte[] value : List.of(new byte[0], new byte[] {'\r', '\n'}, resp, odd, ALL_BYTES)) {
      byte[] key = Arrays.copyOf(bytes("binary"), 6 + value.length);
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
    equal(client.set(bytes("large"), value), "OK");
    equal(client.get(bytes("large")), value);
  }

  private void flush() {
    try (Jedis other = inDatabase(10)) {
      jedis.set("kept", "v");
      equal(other.flushDB(), "OK");
      for (FlushMode mode : FlushMode.values()) {
        other.set("flushdb", "v");
        equal(other.flushDB(mode), "OK");
        equal(other.dbSize(), 0L);
      }
      equal(client.exists("kept"), true);
      equal(client.flushAll(), "OK");
      for (FlushMode mode : FlushMode.values()) {
        jedis.set("flushall", "v");
        other.set("flushall", "v");
        equal(jedis.flushAll(mode), "OK");
        equal(List.of(jedis.dbSize(), other.dbSize()), List.of(0L, 0L));
      }
    }
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
