/* hiredis against the server on a port: `hiredis PORT`.
 *
 * Prints a line for each feature, `feature<TAB>ok|fail|none<TAB>detail`. Lines that start with `@`
 * tell what runs, and ask for a new server on the same port.
 */

#include <hiredis.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

static int port;
static redisContext *own;

/* What went wrong first in the feature that is being checked. */
static char fault[512];

static void fail(int line, const char *format, ...)
{
    char text[400];
    va_list arguments;
    if (fault[0]) return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (char *c = text; *c; c++)
        if (*c == '\t' || *c == '\n' || *c == '\r') *c = ' ';
    snprintf(fault, sizeof fault, "line %d: %s", line, text);
}

/* Replies ------------------------------------------------------------------------------------- */

static const char *text_of(const redisReply *reply)
{
    static char number[32];
    if (!reply) return "no reply";
    switch (reply->type) {
    case REDIS_REPLY_INTEGER:
        snprintf(number, sizeof number, "%lld", reply->integer);
        return number;
    case REDIS_REPLY_NIL:
        return "nil";
    case REDIS_REPLY_ARRAY:
        return "an array";
    default:
        return reply->str ? reply->str : "an unknown reply";
    }
}

/* Holds a reply to its type and its text; gives it back only if both are right. */
static bool is(int line, const redisReply *reply, int type, const char *due, size_t length)
{
    bool right = reply && reply->type == type &&
                 (!due || (reply->len == length && memcmp(reply->str, due, length) == 0));
    if (!right) fail(line, "'%s' came, not '%s'", text_of(reply), due ? due : "the type that is due");
    return right;
}

static void must_say(int line, redisReply *reply, int type, const char *due)
{
    is(line, reply, type, due, due ? strlen(due) : 0);
    if (reply) freeReplyObject(reply);
}

static void must_hold(int line, redisReply *reply, const char *due, size_t length)
{
    is(line, reply, REDIS_REPLY_STRING, due, length);
    if (reply) freeReplyObject(reply);
}

static long long must_count(int line, redisReply *reply, long long low, long long high)
{
    long long number = -1000;
    if (is(line, reply, REDIS_REPLY_INTEGER, NULL, 0)) {
        number = reply->integer;
        if (number < low || number > high)
            fail(line, "%lld is not between %lld and %lld", number, low, high);
    }
    if (reply) freeReplyObject(reply);
    return number;
}

#define STATUS(reply, due) must_say(__LINE__, reply, REDIS_REPLY_STATUS, due)
#define BULK(reply, due) must_say(__LINE__, reply, REDIS_REPLY_STRING, due)
#define BYTES(reply, due, length) must_hold(__LINE__, reply, due, length)
#define REFUSED(reply, due) must_say(__LINE__, reply, REDIS_REPLY_ERROR, due)
#define NIL(reply) must_say(__LINE__, reply, REDIS_REPLY_NIL, NULL)
#define COUNT(reply, due) must_count(__LINE__, reply, due, due)
#define BETWEEN(low, reply, high) must_count(__LINE__, reply, low, high)
#define HOLDS(claim) ((claim) ? (void)0 : fail(__LINE__, "not so: %s", #claim))

static redisReply *element(const redisReply *reply, size_t at)
{
    if (!reply || reply->type != REDIS_REPLY_ARRAY || at >= reply->elements) return NULL;
    return reply->element[at];
}

/* The value that follows a name in a flat array of pairs. */
static redisReply *member(const redisReply *pairs, const char *name)
{
    for (size_t at = 0; element(pairs, at + 1); at += 2) {
        const redisReply *found = element(pairs, at);
        if (found->str && strcasecmp(found->str, name) == 0) return element(pairs, at + 1);
    }
    return NULL;
}

static bool has_text(const redisReply *reply, const char *due)
{
    return reply && reply->str && strstr(reply->str, due);
}

static bool equals(const redisReply *reply, const char *due)
{
    return reply && reply->str && strcmp(reply->str, due) == 0;
}

static bool counts(const redisReply *reply, long long due)
{
    return reply && reply->type == REDIS_REPLY_INTEGER && reply->integer == due;
}

/* Whether a line such as CLIENT INFO's has this field, with this value. */
static bool has_field(const redisReply *reply, const char *name, const char *value)
{
    char field[128];
    snprintf(field, sizeof field, " %s=%s", name, value);
    const char *at = reply && reply->str ? strstr(reply->str, field) : NULL;
    return at && (at[strlen(field)] == ' ' || at[strlen(field)] == '\n');
}

static redisContext *another(void)
{
    redisContext *context = redisConnect("127.0.0.1", port);
    if (!context || context->err) {
        fprintf(stderr, "cannot connect: %s\n", context ? context->errstr : "no memory");
        exit(1);
    }
    return context;
}

static void all_bytes(char *bytes)
{
    for (int byte = 0; byte < 256; byte++) bytes[byte] = (char)byte;
}

static redisContext *in_database(int number)
{
    redisContext *context = another();
    STATUS(redisCommand(context, "SELECT %d", number), "OK");
    return context;
}

static void sleep_ms(long milliseconds)
{
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    nanosleep(&time, NULL);
}

/* Features ------------------------------------------------------------------------------------ */

static void connects(void)
{
    STATUS(redisCommand(own, "SET connect yes"), "OK");
    redisReply *info = redisCommand(own, "CLIENT INFO");
    HOLDS(has_field(info, "resp", "2"));
    if (has_field(info, "resp", "2")) printf("@protocol\t2\n");
    freeReplyObject(info);
}

static void ping(void)
{
    STATUS(redisCommand(own, "PING"), "PONG");
    BULK(redisCommand(own, "PING %s", "hello"), "hello");
}

static void echo(void)
{
    char bytes[256];
    all_bytes(bytes);
    BULK(redisCommand(own, "ECHO hello"), "hello");
    BYTES(redisCommand(own, "ECHO %b", bytes, sizeof bytes), bytes, sizeof bytes);
}

static void set_get(void)
{
    STATUS(redisCommand(own, "SET %s %s", "key", "a value"), "OK");
    BULK(redisCommand(own, "GET key"), "a value");
    NIL(redisCommand(own, "GET missing"));
}

static void getset(void)
{
    char bytes[256];
    all_bytes(bytes);
    NIL(redisCommand(own, "GETSET getset old"));
    BULK(redisCommand(own, "GETSET getset new"), "old");
    BULK(redisCommand(own, "GETDEL getset"), "new");
    NIL(redisCommand(own, "GETDEL getset"));
    COUNT(redisCommand(own, "SETNX getset %b", bytes, sizeof bytes), 1);
    COUNT(redisCommand(own, "SETNX getset other"), 0);
    BYTES(redisCommand(own, "GETDEL getset"), bytes, sizeof bytes);
}

static void mset(void)
{
    char bytes[256];
    all_bytes(bytes);
    STATUS(redisCommand(own, "MSET mset:1 %d mset:2 %b", 1, bytes, sizeof bytes), "OK");
    redisReply *reply = redisCommand(own, "MGET mset:1 missing mset:2");
    HOLDS(reply && reply->elements == 3 && equals(element(reply, 0), "1"));
    HOLDS(element(reply, 1) && element(reply, 1)->type == REDIS_REPLY_NIL);
    is(__LINE__, element(reply, 2), REDIS_REPLY_STRING, bytes, sizeof bytes);
    freeReplyObject(reply);
    COUNT(redisCommand(own, "MSETNX mset:3 v mset:1 v"), 0);
    COUNT(redisCommand(own, "MSETNX mset:3 v mset:4 w"), 1);
    BULK(redisCommand(own, "GET mset:1"), "1");
    BULK(redisCommand(own, "GET mset:4"), "w");
}

static void incr(void)
{
    COUNT(redisCommand(own, "INCR counter"), 1);
    COUNT(redisCommand(own, "INCRBY counter %d", 41), 42);
    COUNT(redisCommand(own, "DECR counter"), 41);
    COUNT(redisCommand(own, "DECRBY counter %lld", 42LL), -1);
    BULK(redisCommand(own, "GET counter"), "-1");
    STATUS(redisCommand(own, "SET most %lld", LLONG_MAX), "OK");
    REFUSED(redisCommand(own, "INCR most"), "ERR increment or decrement would overflow");
    COUNT(redisCommand(own, "DECR most"), LLONG_MAX - 1);
    STATUS(redisCommand(own, "SET word seven"), "OK");
    REFUSED(redisCommand(own, "INCR word"), "ERR value is not an integer or out of range");
}

static void incrbyfloat(void)
{
    STATUS(redisCommand(own, "SET float 10.50"), "OK");
    BULK(redisCommand(own, "INCRBYFLOAT float %f", 0.1), "10.6");
    BULK(redisCommand(own, "INCRBYFLOAT float -5.6"), "5");
    STATUS(redisCommand(own, "SET word seven"), "OK");
    REFUSED(redisCommand(own, "INCRBYFLOAT word 0.5"), "ERR value is not a valid float");
}

static void append(void)
{
    COUNT(redisCommand(own, "APPEND append Hello"), 5);
    COUNT(redisCommand(own, "APPEND append %s", " World"), 11);
    COUNT(redisCommand(own, "STRLEN append"), 11);
    COUNT(redisCommand(own, "STRLEN missing"), 0);
    BULK(redisCommand(own, "GETRANGE append 0 4"), "Hello");
    BULK(redisCommand(own, "GETRANGE append -5 -1"), "World");
    BULK(redisCommand(own, "GETRANGE append 20 30"), "");
    COUNT(redisCommand(own, "SETRANGE append 6 Redis"), 11);
    BULK(redisCommand(own, "GET append"), "Hello Redis");
    COUNT(redisCommand(own, "SETRANGE padded 3 %b", "\xff", (size_t)1), 4);
    BYTES(redisCommand(own, "GET padded"), "\0\0\0\xff", 4);
}

static void set_with_expiry(void)
{
    long long now = (long long)time(NULL);
    const char *keys[] = {"ex", "px", "exat", "pxat"};
    STATUS(redisCommand(own, "SET ex v EX 100"), "OK");
    STATUS(redisCommand(own, "SET px v PX 100000"), "OK");
    STATUS(redisCommand(own, "SET exat v EXAT %lld", now + 100), "OK");
    STATUS(redisCommand(own, "SET pxat v PXAT %lld", (now + 100) * 1000), "OK");
    for (int at = 0; at < 4; at++) BETWEEN(98000, redisCommand(own, "PTTL %s", keys[at]), 100000);
    STATUS(redisCommand(own, "SET ex w KEEPTTL"), "OK");
    BETWEEN(98000, redisCommand(own, "PTTL ex"), 100000);
    STATUS(redisCommand(own, "SET short v PX 50"), "OK");
    sleep_ms(100);
    NIL(redisCommand(own, "GET short"));
}

static void ttl(void)
{
    STATUS(redisCommand(own, "SET bounded v EX 100"), "OK");
    STATUS(redisCommand(own, "SET unbounded v"), "OK");
    BETWEEN(99, redisCommand(own, "TTL bounded"), 100);
    BETWEEN(99000, redisCommand(own, "PTTL bounded"), 100000);
    COUNT(redisCommand(own, "TTL unbounded"), -1);
    COUNT(redisCommand(own, "PTTL unbounded"), -1);
    COUNT(redisCommand(own, "TTL missing"), -2);
    COUNT(redisCommand(own, "PTTL missing"), -2);
}

static void setex(void)
{
    char bytes[256];
    all_bytes(bytes);
    STATUS(redisCommand(own, "SETEX setex %d %b", 100, bytes, sizeof bytes), "OK");
    BETWEEN(99, redisCommand(own, "TTL setex"), 100);
    BYTES(redisCommand(own, "GET setex"), bytes, sizeof bytes);
    STATUS(redisCommand(own, "PSETEX setex 50 short"), "OK");
    sleep_ms(100);
    COUNT(redisCommand(own, "EXISTS setex"), 0);
    REFUSED(redisCommand(own, "SETEX setex 0 v"), "ERR invalid expire time in 'setex' command");
    REFUSED(redisCommand(own, "PSETEX setex -1 v"), "ERR invalid expire time in 'psetex' command");
}

static void getex(void)
{
    char bytes[256];
    const char *options[] = {"EX", "PX", "EXAT", "PXAT"};
    all_bytes(bytes);
    STATUS(redisCommand(own, "SET getex %b", bytes, sizeof bytes), "OK");
    BYTES(redisCommand(own, "GETEX getex"), bytes, sizeof bytes);
    COUNT(redisCommand(own, "TTL getex"), -1);
    for (int at = 0; at < 4; at++) {
        long long seconds = 100 * (at + 1);
        long long when = (at < 2 ? 0 : (long long)time(NULL)) + seconds;
        if (at % 2) when *= 1000;
        BYTES(redisCommand(own, "GETEX getex %s %lld", options[at], when), bytes, sizeof bytes);
        BETWEEN((seconds - 2) * 1000, redisCommand(own, "PTTL getex"), seconds * 1000);
    }
    BYTES(redisCommand(own, "GETEX getex PERSIST"), bytes, sizeof bytes);
    COUNT(redisCommand(own, "TTL getex"), -1);
    NIL(redisCommand(own, "GETEX missing EX 100"));
}

static void expire(void)
{
    STATUS(redisCommand(own, "SET expire v"), "OK");
    COUNT(redisCommand(own, "EXPIRE expire 100 XX"), 0);
    COUNT(redisCommand(own, "EXPIRE expire 100 NX"), 1);
    COUNT(redisCommand(own, "PEXPIRE expire 100000 NX"), 0);
    COUNT(redisCommand(own, "EXPIRE expire 50 GT"), 0);
    COUNT(redisCommand(own, "PEXPIRE expire 200000 GT"), 1);
    BETWEEN(199000, redisCommand(own, "PTTL expire"), 200000);
    COUNT(redisCommand(own, "EXPIRE expire 300 LT"), 0);
    COUNT(redisCommand(own, "PEXPIRE expire 50000 XX LT"), 1);
    BETWEEN(49, redisCommand(own, "TTL expire"), 50);
    REFUSED(redisCommand(own, "EXPIRE expire 100 NX GT"),
            "ERR NX and XX, GT or LT options at the same time are not compatible");
    COUNT(redisCommand(own, "PEXPIRE expire 50"), 1);
    sleep_ms(100);
    NIL(redisCommand(own, "GET expire"));
    COUNT(redisCommand(own, "EXPIRE expire 100"), 0);
}

static void expireat(void)
{
    long long now = (long long)time(NULL);
    STATUS(redisCommand(own, "SET expireat v"), "OK");
    COUNT(redisCommand(own, "EXPIREAT expireat %lld", now + 100), 1);
    BETWEEN(98000, redisCommand(own, "PTTL expireat"), 100000);
    COUNT(redisCommand(own, "EXPIREAT expireat %lld GT", now + 50), 0);
    COUNT(redisCommand(own, "PEXPIREAT expireat %lld GT", (now + 200) * 1000), 1);
    BETWEEN(198000, redisCommand(own, "PTTL expireat"), 200000);
    COUNT(redisCommand(own, "PEXPIREAT expireat %lld LT", (now + 300) * 1000), 0);
    COUNT(redisCommand(own, "EXPIREAT expireat 1 XX"), 1);
    COUNT(redisCommand(own, "EXISTS expireat"), 0);
    COUNT(redisCommand(own, "PEXPIREAT expireat 1"), 0);
}

static void expiretime(void)
{
    long long when = (long long)time(NULL) + 100;
    STATUS(redisCommand(own, "SET expiretime v EXAT %lld", when), "OK");
    COUNT(redisCommand(own, "EXPIRETIME expiretime"), when);
    COUNT(redisCommand(own, "PEXPIRETIME expiretime"), when * 1000);
    STATUS(redisCommand(own, "SET expiretime v"), "OK");
    COUNT(redisCommand(own, "EXPIRETIME expiretime"), -1);
    COUNT(redisCommand(own, "PEXPIRETIME expiretime"), -1);
    COUNT(redisCommand(own, "EXPIRETIME missing"), -2);
    COUNT(redisCommand(own, "PEXPIRETIME missing"), -2);
}

static void persist(void)
{
    STATUS(redisCommand(own, "SET persist v EX 100"), "OK");
    COUNT(redisCommand(own, "PERSIST persist"), 1);
    COUNT(redisCommand(own, "PERSIST persist"), 0);
    COUNT(redisCommand(own, "TTL persist"), -1);
    COUNT(redisCommand(own, "PERSIST missing"), 0);
}

static void exists(void)
{
    STATUS(redisCommand(own, "SET one 1"), "OK");
    STATUS(redisCommand(own, "SET two 2"), "OK");
    COUNT(redisCommand(own, "EXISTS one"), 1);
    COUNT(redisCommand(own, "EXISTS one two one missing"), 3);
}

static void del(void)
{
    for (int n = 1; n <= 4; n++) STATUS(redisCommand(own, "SET del:%d v", n), "OK");
    COUNT(redisCommand(own, "TOUCH del:1 del:4 missing"), 2);
    COUNT(redisCommand(own, "DEL del:1 del:2 missing"), 2);
    COUNT(redisCommand(own, "UNLINK del:3 del:3 missing"), 1);
    COUNT(redisCommand(own, "EXISTS del:1 del:2 del:3 del:4"), 1);
}

static void renames(void)
{
    STATUS(redisCommand(own, "MSET rename:1 one rename:2 two"), "OK");
    STATUS(redisCommand(own, "RENAME rename:1 rename:3"), "OK");
    BULK(redisCommand(own, "GET rename:3"), "one");
    COUNT(redisCommand(own, "RENAMENX rename:3 rename:2"), 0);
    COUNT(redisCommand(own, "RENAMENX rename:3 rename:1"), 1);
    STATUS(redisCommand(own, "RENAME rename:1 rename:2"), "OK");
    BULK(redisCommand(own, "GET rename:2"), "one");
    COUNT(redisCommand(own, "EXISTS rename:1 rename:3"), 0);
    REFUSED(redisCommand(own, "RENAME missing rename:1"), "ERR no such key");
}

static void copy(void)
{
    STATUS(redisCommand(own, "SET copy v"), "OK");
    COUNT(redisCommand(own, "COPY copy twin"), 1);
    STATUS(redisCommand(own, "SET copy w"), "OK");
    COUNT(redisCommand(own, "COPY copy twin"), 0);
    BULK(redisCommand(own, "GET twin"), "v");
    COUNT(redisCommand(own, "COPY copy twin REPLACE"), 1);
    BULK(redisCommand(own, "GET twin"), "w");
    COUNT(redisCommand(own, "COPY missing twin"), 0);
    COUNT(redisCommand(own, "COPY copy copied DB %d", 5), 1);
    COUNT(redisCommand(own, "MOVE copy 5"), 1);
    COUNT(redisCommand(own, "MOVE copy 5"), 0);
    COUNT(redisCommand(own, "MOVE twin 5"), 1);
    COUNT(redisCommand(own, "EXISTS copy twin"), 0);
    redisContext *other = in_database(5);
    BULK(redisCommand(other, "GET copied"), "w");
    BULK(redisCommand(other, "GET copy"), "w");
    BULK(redisCommand(other, "GET twin"), "w");
    redisFree(other);
}

static void type(void)
{
    STATUS(redisCommand(own, "SET string v"), "OK");
    STATUS(redisCommand(own, "TYPE string"), "string");
    STATUS(redisCommand(own, "TYPE missing"), "none");
}

static void object(void)
{
    STATUS(redisCommand(own, "MSET int %d embstr short raw %048d", 12, 0), "OK");
    BULK(redisCommand(own, "OBJECT ENCODING int"), "int");
    BULK(redisCommand(own, "OBJECT ENCODING embstr"), "embstr");
    BULK(redisCommand(own, "OBJECT ENCODING raw"), "raw");
    NIL(redisCommand(own, "OBJECT ENCODING missing"));
    COUNT(redisCommand(own, "OBJECT REFCOUNT raw"), 1);
}

static void keys(void)
{
    for (int n = 0; n < 3; n++) STATUS(redisCommand(own, "SET keys:%d v", n), "OK");
    redisReply *reply = redisCommand(own, "KEYS keys:*");
    HOLDS(reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == 3);
    for (size_t at = 0; at < 3; at++) HOLDS(has_text(element(reply, at), "keys:"));
    freeReplyObject(reply);
    reply = redisCommand(own, "KEYS nothing:*");
    HOLDS(reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == 0);
    freeReplyObject(reply);
}

static void scan_with(const char *options)
{
    bool found[1000] = {false};
    char cursor[32] = "0", command[128];
    do {
        snprintf(command, sizeof command, "SCAN %s %s", cursor, options);
        redisReply *reply = redisCommand(own, command);
        const redisReply *list = element(reply, 1);
        for (size_t at = 0; list && at < list->elements; at++) {
            const redisReply *key = element(list, at);
            if (strncmp(key->str, "scan:", 5) == 0)
                found[atoi(key->str + 5)] = true;
            else if (strstr(options, "MATCH"))
                fail(__LINE__, "'%s' came with '%s'", key->str, options);
        }
        bool has_cursor = is(__LINE__, element(reply, 0), REDIS_REPLY_STRING, NULL, 0);
        snprintf(cursor, sizeof cursor, "%s", has_cursor ? element(reply, 0)->str : "0");
        freeReplyObject(reply);
    } while (strcmp(cursor, "0") != 0);
    for (int n = 0; n < 1000; n++)
        if (!found[n]) fail(__LINE__, "scan:%d did not come with '%s'", n, options);
}

static void scan(void)
{
    for (int n = 0; n < 1000; n++) STATUS(redisCommand(own, "SET scan:%d v", n), "OK");
    scan_with("");
    scan_with("MATCH scan:*");
    scan_with("MATCH scan:* COUNT 100");
}

static void randomkey(void)
{
    redisContext *other = in_database(6);
    NIL(redisCommand(other, "RANDOMKEY"));
    STATUS(redisCommand(other, "MSET random:1 v random:2 v"), "OK");
    redisReply *reply = redisCommand(other, "RANDOMKEY");
    HOLDS(equals(reply, "random:1") || equals(reply, "random:2"));
    freeReplyObject(reply);
    redisFree(other);
}

static void dbsize(void)
{
    redisContext *other = in_database(9);
    COUNT(redisCommand(other, "DBSIZE"), 0);
    STATUS(redisCommand(other, "SET dbsize v"), "OK");
    COUNT(redisCommand(other, "DBSIZE"), 1);
    redisFree(other);
}

static void selects(void)
{
    redisContext *other = in_database(3);
    STATUS(redisCommand(own, "SET select zero"), "OK");
    STATUS(redisCommand(other, "SET select three"), "OK");
    BULK(redisCommand(other, "GET select"), "three");
    BULK(redisCommand(own, "GET select"), "zero");
    redisReply *info = redisCommand(other, "CLIENT INFO");
    HOLDS(has_field(info, "db", "3"));
    freeReplyObject(info);
    redisFree(other);
}

static void swapdb(void)
{
    redisContext *seven = in_database(7), *eight = in_database(8);
    STATUS(redisCommand(seven, "SET swapdb seven"), "OK");
    STATUS(redisCommand(own, "SWAPDB 7 8"), "OK");
    NIL(redisCommand(seven, "GET swapdb"));
    BULK(redisCommand(eight, "GET swapdb"), "seven");
    redisFree(seven);
    redisFree(eight);
}

static void config_get(void)
{
    char due[16];
    snprintf(due, sizeof due, "%d", port);
    redisReply *reply = redisCommand(own, "CONFIG GET port");
    HOLDS(reply && reply->elements == 2 && equals(member(reply, "port"), due));
    freeReplyObject(reply);
    reply = redisCommand(own, "CONFIG GET dbfile*");
    HOLDS(reply && reply->elements == 2 && equals(member(reply, "dbfilename"), "dump.rdb"));
    freeReplyObject(reply);
    reply = redisCommand(own, "CONFIG GET nothing");
    HOLDS(reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == 0);
    freeReplyObject(reply);
}

static void hello(void)
{
    redisReply *reply = redisCommand(own, "HELLO");
    HOLDS(equals(member(reply, "server"), "redis"));
    HOLDS(equals(member(reply, "mode"), "standalone"));
    HOLDS(equals(member(reply, "role"), "master"));
    HOLDS(counts(member(reply, "proto"), 2));
    freeReplyObject(reply);
    REFUSED(redisCommand(own, "HELLO 4"), "NOPROTO unsupported protocol version");
#if HIREDIS_MAJOR >= 1
    redisContext *other = another();
    reply = redisCommand(other, "HELLO 3");
    HOLDS(reply && reply->type == REDIS_REPLY_MAP);
    freeReplyObject(reply);
    NIL(redisCommand(other, "GET missing"));
    redisFree(other);
#endif
}

static void client_info(void)
{
    char id[32];
    redisContext *other = another();
    snprintf(id, sizeof id, "%lld", BETWEEN(1, redisCommand(other, "CLIENT ID"), 1 << 30));
    redisReply *reply = redisCommand(own, "CLIENT LIST");
    HOLDS(has_text(reply, id) && has_field(reply, "cmd", "client|id"));
    freeReplyObject(reply);
    reply = redisCommand(own, "CLIENT LIST ID %s", id);
    HOLDS(reply && reply->str && strncmp(reply->str, "id=", 3) == 0 && atoi(reply->str + 3) == atoi(id));
    freeReplyObject(reply);
    reply = redisCommand(other, "CLIENT INFO");
    HOLDS(reply && reply->str && strncmp(reply->str, "id=", 3) == 0 && atoi(reply->str + 3) == atoi(id));
    freeReplyObject(reply);
    redisFree(other);
}

static void client_setname(void)
{
    redisContext *other = another();
    NIL(redisCommand(other, "CLIENT GETNAME"));
    STATUS(redisCommand(other, "CLIENT SETNAME later"), "OK");
    BULK(redisCommand(other, "CLIENT GETNAME"), "later");
    REFUSED(redisCommand(other, "CLIENT SETNAME %s", "two words"),
            "ERR Client names cannot contain spaces, newlines or special characters.");
    redisFree(other);
}

/* Here silence can be asked for: a command may go out without a reply to read. */
static void client_reply(void)
{
    redisContext *other = another();
    void *reply = NULL;
    redisAppendCommand(other, "CLIENT REPLY OFF");
    redisAppendCommand(other, "ECHO unheard");
    redisAppendCommand(other, "NOSUCH");
    redisAppendCommand(other, "CLIENT REPLY ON");
    HOLDS(redisGetReply(other, &reply) == REDIS_OK);
    STATUS(reply, "OK");
    redisAppendCommand(other, "CLIENT REPLY SKIP");
    redisAppendCommand(other, "ECHO unheard");
    redisAppendCommand(other, "ECHO heard");
    reply = NULL;
    HOLDS(redisGetReply(other, &reply) == REDIS_OK);
    BULK(reply, "heard");
    redisFree(other);
}

static void client_no_evict(void)
{
    STATUS(redisCommand(own, "CLIENT NO-EVICT ON"), "OK");
    STATUS(redisCommand(own, "CLIENT NO-EVICT OFF"), "OK");
}

static void client_kill(void)
{
    redisContext *other = another();
    long long id = BETWEEN(1, redisCommand(other, "CLIENT ID"), 1 << 30);
    COUNT(redisCommand(own, "CLIENT KILL ID %lld", id), 1);
    COUNT(redisCommand(own, "CLIENT KILL ID %lld", id), 0);
    redisReply *reply = redisCommand(other, "PING");
    HOLDS(!reply && other->err == REDIS_ERR_EOF);
    if (reply) freeReplyObject(reply);
    redisFree(other);
}

static const redisReply *command_named(const redisReply *commands, const char *name)
{
    for (size_t at = 0; element(commands, at); at++)
        if (equals(element(element(commands, at), 0), name)) return element(commands, at);
    return NULL;
}

static void command(void)
{
    redisReply *reply = redisCommand(own, "COMMAND");
    const redisReply *set = command_named(reply, "set"), *exists = command_named(reply, "exists");
    HOLDS(counts(element(set, 1), -3) && counts(element(set, 3), 1) && counts(element(set, 4), 1));
    HOLDS(counts(element(exists, 1), -2) && counts(element(exists, 4), -1));
    bool is_write = false;
    for (size_t at = 0; element(element(set, 2), at); at++)
        is_write |= equals(element(element(set, 2), at), "write");
    HOLDS(is_write);
    freeReplyObject(reply);
}

static void command_count(void)
{
    redisReply *commands = redisCommand(own, "COMMAND");
    redisReply *names = redisCommand(own, "COMMAND LIST");
    size_t whole = 0;
    for (size_t at = 0; element(names, at); at++) whole += !has_text(element(names, at), "|");
    HOLDS(commands && whole == commands->elements && whole > 0);
    COUNT(redisCommand(own, "COMMAND COUNT"), (long long)whole);
    if (commands) freeReplyObject(commands);
    if (names) freeReplyObject(names);
}

static void command_info(void)
{
    redisReply *reply = redisCommand(own, "COMMAND INFO get nosuch");
    HOLDS(equals(element(element(reply, 0), 0), "get") && counts(element(element(reply, 0), 1), 2));
    HOLDS(element(reply, 1) && element(reply, 1)->type == REDIS_REPLY_NIL);
    freeReplyObject(reply);
}

static void command_docs(void)
{
    redisReply *reply = redisCommand(own, "COMMAND DOCS get set");
    HOLDS(reply && reply->elements == 4);
    HOLDS(equals(member(member(reply, "get"), "since"), "1.0.0"));
    HOLDS(equals(member(member(reply, "set"), "group"), "string"));
    const redisReply *arguments = member(member(reply, "get"), "arguments");
    HOLDS(equals(member(element(arguments, 0), "name"), "key"));
    HOLDS(equals(member(element(arguments, 0), "type"), "key"));
    freeReplyObject(reply);
}

static void command_getkeys(void)
{
    redisReply *reply = redisCommand(own, "COMMAND GETKEYS SET key value");
    HOLDS(reply && reply->elements == 1 && equals(element(reply, 0), "key"));
    freeReplyObject(reply);
    reply = redisCommand(own, "COMMAND GETKEYS EXISTS one two");
    HOLDS(reply && reply->elements == 2 && equals(element(reply, 1), "two"));
    freeReplyObject(reply);
}

static void info(void)
{
    char due[32];
    snprintf(due, sizeof due, "\r\ntcp_port:%d\r\n", port);
    redisReply *reply = redisCommand(own, "INFO");
    HOLDS(has_text(reply, "# Server\r\nredis_version:"));
    HOLDS(has_text(reply, due));
    HOLDS(has_text(reply, "\r\nrole:master\r\n"));
    HOLDS(has_text(reply, "\r\nused_memory:"));
    freeReplyObject(reply);
    STATUS(redisCommand(own, "SET info v"), "OK");
    reply = redisCommand(own, "INFO keyspace");
    HOLDS(has_text(reply, "# Keyspace\r\ndb0:keys="));
    HOLDS(!has_text(reply, "used_memory:"));
    freeReplyObject(reply);
}

static void reset(void)
{
    redisContext *other = another();
    STATUS(redisCommand(other, "CLIENT SETNAME before"), "OK");
    STATUS(redisCommand(other, "SELECT 4"), "OK");
    STATUS(redisCommand(other, "RESET"), "RESET");
    NIL(redisCommand(other, "CLIENT GETNAME"));
    redisReply *reply = redisCommand(other, "CLIENT INFO");
    HOLDS(has_field(reply, "db", "0"));
    freeReplyObject(reply);
    redisFree(other);
}

static void quit(void)
{
    redisContext *other = another();
    STATUS(redisCommand(other, "QUIT"), "OK");
    redisReply *reply = redisCommand(other, "PING");
    HOLDS(!reply);
    if (reply) freeReplyObject(reply);
    redisFree(other);
}

static void errors(void)
{
    REFUSED(redisCommand(own, "NOSUCH a"),
            "ERR unknown command 'NOSUCH', with args beginning with: 'a' ");
    REFUSED(redisCommand(own, "GET"), "ERR wrong number of arguments for 'get' command");
    REFUSED(redisCommand(own, "SET a b c"), "ERR syntax error");
    REFUSED(redisCommand(own, "SELECT 99"), "ERR DB index is out of range");
    STATUS(redisCommand(own, "PING"), "PONG");
}

static void pipeline(void)
{
    char due[32];
    for (int n = 0; n < 2500; n++) {
        redisAppendCommand(own, "SET pipeline:%d value-%d", n % 10, n);
        redisAppendCommand(own, "GET pipeline:%d", n % 10);
    }
    for (int n = 0; n < 2500; n++) {
        void *stored = NULL, *found = NULL;
        HOLDS(redisGetReply(own, &stored) == REDIS_OK && redisGetReply(own, &found) == REDIS_OK);
        snprintf(due, sizeof due, "value-%d", n);
        STATUS(stored, "OK");
        BULK(found, due);
    }
}

static void keep(const char *value, size_t length)
{
    STATUS(redisCommand(own, "SET binary%b %b", value, length, value, length), "OK");
    BYTES(redisCommand(own, "GET binary%b", value, length), value, length);
}

static void binary_values(void)
{
    char bytes[256];
    all_bytes(bytes);
    keep("", 0);
    keep("\r\n", 2);
    keep("$5\r\nhello\r\n", 11);
    keep("\xff\xfe", 2);
    keep(bytes, sizeof bytes);
}

static void large_values(void)
{
    size_t length = 4096000;
    char *value = malloc(length);
    for (size_t at = 0; at < length; at++) value[at] = (char)at;
    STATUS(redisCommand(own, "SET large %b", value, length), "OK");
    redisReply *reply = redisCommand(own, "GET large");
    HOLDS(reply && reply->len == length && memcmp(reply->str, value, length) == 0);
    if (reply) freeReplyObject(reply);
    free(value);
}

static void flush(void)
{
    const char *modes[] = {"", " ASYNC", " SYNC"};
    char command[32];
    redisContext *other = in_database(10);
    STATUS(redisCommand(own, "SET kept v"), "OK");
    for (int at = 0; at < 3; at++) {
        STATUS(redisCommand(other, "SET flushdb v"), "OK");
        snprintf(command, sizeof command, "FLUSHDB%s", modes[at]);
        STATUS(redisCommand(other, command), "OK");
        COUNT(redisCommand(other, "DBSIZE"), 0);
    }
    COUNT(redisCommand(own, "EXISTS kept"), 1);
    for (int at = 0; at < 3; at++) {
        STATUS(redisCommand(own, "SET flushall v"), "OK");
        STATUS(redisCommand(other, "SET flushall v"), "OK");
        snprintf(command, sizeof command, "FLUSHALL%s", modes[at]);
        STATUS(redisCommand(own, command), "OK");
        COUNT(redisCommand(own, "DBSIZE"), 0);
        COUNT(redisCommand(other, "DBSIZE"), 0);
    }
    redisFree(other);
}

static void reconnect(void)
{
    char answer[32] = "";
    printf("@restart\n");
    HOLDS(fgets(answer, sizeof answer, stdin) && strcmp(answer, "restarted\n") == 0);
    redisReply *reply = redisCommand(own, "PING");
    HOLDS(!reply);
    HOLDS(redisReconnect(own) == REDIS_OK);
    STATUS(redisCommand(own, "SET reconnect v"), "OK");
    BULK(redisCommand(own, "GET reconnect"), "v");
}

static const struct {
    const char *name;
    void (*check)(void);
} features[] = {
    {"connect", connects},
    {"PING", ping},
    {"ECHO", echo},
    {"SET and GET", set_get},
    {"GETSET GETDEL SETNX", getset},
    {"MSET MGET MSETNX", mset},
    {"INCR DECR INCRBY DECRBY", incr},
    {"INCRBYFLOAT", incrbyfloat},
    {"APPEND STRLEN GETRANGE SETRANGE", append},
    {"SET with an expiry", set_with_expiry},
    {"TTL and PTTL", ttl},
    {"SETEX PSETEX", setex},
    {"GETEX", getex},
    {"EXPIRE PEXPIRE", expire},
    {"EXPIREAT PEXPIREAT", expireat},
    {"EXPIRETIME PEXPIRETIME", expiretime},
    {"PERSIST", persist},
    {"EXISTS", exists},
    {"DEL UNLINK TOUCH", del},
    {"RENAME RENAMENX", renames},
    {"COPY MOVE", copy},
    {"TYPE", type},
    {"OBJECT ENCODING REFCOUNT", object},
    {"KEYS", keys},
    {"SCAN", scan},
    {"RANDOMKEY", randomkey},
    {"DBSIZE", dbsize},
    {"SELECT", selects},
    {"SWAPDB", swapdb},
    {"CONFIG GET", config_get},
    {"HELLO", hello},
    {"CLIENT ID INFO LIST", client_info},
    {"CLIENT SETNAME GETNAME", client_setname},
    {"CLIENT REPLY", client_reply},
    {"CLIENT NO-EVICT", client_no_evict},
    {"CLIENT KILL", client_kill},
    {"COMMAND", command},
    {"COMMAND COUNT LIST", command_count},
    {"COMMAND INFO", command_info},
    {"COMMAND DOCS", command_docs},
    {"COMMAND GETKEYS", command_getkeys},
    {"INFO", info},
    {"RESET", reset},
    {"QUIT", quit},
    {"errors", errors},
    {"pipeline", pipeline},
    {"binary values", binary_values},
    {"large values", large_values},
    {"FLUSHDB FLUSHALL", flush},
    {"reconnect", reconnect},
};

int main(int count, char **arguments)
{
    if (count != 2) {
        fprintf(stderr, "usage: hiredis PORT\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    port = atoi(arguments[1]);
    own = another();
    printf("@version\t%d.%d.%d\n", HIREDIS_MAJOR, HIREDIS_MINOR, HIREDIS_PATCH);
    for (size_t at = 0; at < sizeof features / sizeof *features; at++) {
        fault[0] = 0;
        features[at].check();
        printf("%s\t%s\t%s\n", features[at].name, fault[0] ? "fail" : "ok", fault);
        /* A connection that one feature has broken must not cost the next one. */
        if (own->err) redisReconnect(own);
    }
    redisFree(own);
    return 0;
}
