/* A Redis server of stage 04, in C11 and POSIX:
 *
 *     cc -std=c11 -O2 -o server server.c && ./server --port 6379
 *
 * One thread serves all clients: poll says which sockets have bytes or room for some. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Limits: Redis's own, but for the replies that a client does not read, where Redis has none. */
#define MAX_LINE ((size_t)64 * 1024)
#define MAX_BULK ((int64_t)512 * 1024 * 1024)
#define MAX_COUNT ((int64_t)INT32_MAX)
#define MAX_REQUEST ((size_t)1024 * 1024 * 1024)
#define MAX_OUTPUT ((size_t)64 * 1024 * 1024)
#define WRITE_SIZE ((size_t)256 * 1024)
#define QUOTED ((size_t)128) /* The most bytes that an error quotes. */
#define FOREVER INT64_MIN    /* The deadline of a key that has none. */

static void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(2);
}

static void *allocate(void *old, size_t size) {
    void *memory = realloc(old, size);
    if (memory == NULL) {
        fail("out of memory");
    }
    return memory;
}

/* Bytes that belong to something else. They may hold zeros. */
struct bytes {
    const char *data;
    size_t length;
};

static struct bytes text(const char *string) {
    return (struct bytes){string, strlen(string)};
}

static bool is_word(struct bytes bytes, const char *word) {
    return bytes.length == strlen(word) && strncasecmp(bytes.data, word, bytes.length) == 0;
}

/* Returns whether this is a number as Redis writes it: no +5, 007 or space. */
static bool parse_integer(struct bytes digits, int64_t *number) {
    bool negative = digits.length > 0 && digits.data[0] == '-';
    size_t at = negative;
    if (at == digits.length || (digits.data[at] == '0' && digits.length > 1)) {
        return false;
    }
    int64_t result = 0;
    for (; at < digits.length; at++) {
        if (!isdigit((unsigned char)digits.data[at])) {
            return false;
        }
        int64_t digit = digits.data[at] - '0';
        if (__builtin_mul_overflow(result, 10, &result) ||
            __builtin_add_overflow(result, negative ? -digit : digit, &result)) {
            return false;
        }
    }
    *number = result;
    return true;
}

/* Buffers -------------------------------------------------------------------------------------- */

/* Bytes from `start` to `end` that wait for something, at most `capacity` of them. */
struct buffer {
    char *data;
    size_t start, end, capacity;
};

static size_t size(const struct buffer *buffer) {
    return buffer->end - buffer->start;
}

static void resize(struct buffer *buffer, size_t capacity) {
    char *data = allocate(NULL, capacity);
    if (buffer->data != NULL) {
        memcpy(data, buffer->data + buffer->start, size(buffer));
        free(buffer->data);
    }
    *buffer = (struct buffer){data, 0, size(buffer), capacity};
}

static void append(struct buffer *buffer, struct bytes bytes) {
    if (bytes.length > buffer->capacity - buffer->end) {
        /* Twice as much as needed, so that many small pieces are not copied again for each. */
        resize(buffer, 2 * (size(buffer) + bytes.length));
    }
    if (bytes.length > 0) {
        memcpy(buffer->data + buffer->end, bytes.data, bytes.length);
    }
    buffer->end += bytes.length;
}

/* Drops the first bytes, and gives back the memory that is no longer needed. */
static void consume(struct buffer *buffer, size_t count) {
    buffer->start += count;
    if (size(buffer) == 0) {
        free(buffer->data);
        *buffer = (struct buffer){0};
    } else if (buffer->capacity > 64 * 1024 && size(buffer) < buffer->capacity / 4) {
        resize(buffer, size(buffer));
    }
}

static void append_text(struct buffer *buffer, const char *string) {
    append(buffer, text(string));
}

/* Requests ------------------------------------------------------------------------------------- */

/* Where an argument is, in the input or in the words of a line. */
struct range {
    size_t start, length;
};

/* What is known of the request at the start of the input. Positions count from there. */
struct decoder {
    size_t parsed;
    size_t searched; /* Up to here, the line that begins at `parsed` has no end. */
    bool has_count, has_length;
    int64_t missing; /* How many bulks are still to come. */
    size_t length;   /* The length of the next bulk. */
    struct range *ranges;
    size_t count, room;
    struct buffer words;    /* The arguments of a line, without quotes and escapes. */
    char error[64];         /* Why this is no request. */
};

enum progress { WAITING, READY, BROKEN };

static void add_range(struct decoder *decoder, size_t start, size_t length) {
    if (decoder->count == decoder->room) {
        decoder->room = decoder->room == 0 ? 8 : 2 * decoder->room;
        decoder->ranges = allocate(decoder->ranges, decoder->room * sizeof *decoder->ranges);
    }
    decoder->ranges[decoder->count++] = (struct range){start, length};
}

static void reset(struct decoder *decoder) {
    free(decoder->ranges);
    free(decoder->words.data);
    *decoder = (struct decoder){0};
}

static enum progress broken(struct decoder *decoder, const char *reason) {
    snprintf(decoder->error, sizeof decoder->error, "%s", reason);
    return BROKEN;
}

static void step_to(struct decoder *decoder, size_t position) {
    decoder->parsed = decoder->searched = position;
}

/* Finds the end of a line. Redis's search stops at a zero byte, and then finds none. */
static enum progress find(struct decoder *decoder, struct bytes input, char end,
                          const char *too_long) {
    size_t limit = decoder->parsed + MAX_LINE + 1;
    limit = input.length < limit ? input.length : limit;
    while (decoder->searched < limit && input.data[decoder->searched] != '\0') {
        if (input.data[decoder->searched] == end) {
            return READY;
        }
        decoder->searched++;
    }
    return input.length - decoder->parsed > MAX_LINE ? broken(decoder, too_long) : WAITING;
}

/* Reads a header up to its CR, once one more byte is there. */
static enum progress read_header(struct decoder *decoder, struct bytes input,
                                 struct bytes *header, const char *too_long) {
    enum progress progress = find(decoder, input, '\r', too_long);
    if (progress != READY || input.length < decoder->searched + 2) {
        return progress == READY ? WAITING : progress;
    }
    *header = (struct bytes){input.data + decoder->parsed, decoder->searched - decoder->parsed};
    step_to(decoder, decoder->searched + 2);
    return READY;
}

static enum progress read_bulk(struct decoder *decoder, struct bytes input) {
    if (!decoder->has_length) {
        struct bytes header;
        enum progress progress =
            read_header(decoder, input, &header, "too big bulk count string");
        if (progress != READY) {
            return progress;
        }
        if (header.length == 0 || header.data[0] != '$') {
            char found = header.length == 0 ? '\r' : header.data[0];
            snprintf(decoder->error, sizeof decoder->error, "expected '$', got '%c'", found);
            return BROKEN;
        }
        int64_t length;
        struct bytes digits = {header.data + 1, header.length - 1};
        if (!parse_integer(digits, &length) || length < 0 || length > MAX_BULK) {
            return broken(decoder, "invalid bulk length");
        }
        decoder->length = (size_t)length;
        decoder->has_length = true;
    }
    size_t end = decoder->parsed + decoder->length;
    /* Two more bytes must be there. Like Redis, do not look which. */
    if (input.length < end + 2) {
        return WAITING;
    }
    add_range(decoder, decoder->parsed, decoder->length);
    decoder->has_length = false;
    step_to(decoder, end + 2);
    return READY;
}

static enum progress read_array(struct decoder *decoder, struct bytes input) {
    if (!decoder->has_count) {
        struct bytes header;
        enum progress progress =
            read_header(decoder, input, &header, "too big mbulk count string");
        if (progress != READY) {
            return progress;
        }
        struct bytes digits = {header.data + 1, header.length - 1};
        if (!parse_integer(digits, &decoder->missing) || decoder->missing > MAX_COUNT) {
            return broken(decoder, "invalid multibulk length");
        }
        decoder->has_count = true;
    }
    for (; decoder->missing > 0; decoder->missing--) {
        enum progress progress = read_bulk(decoder, input);
        if (progress != READY) {
            return progress;
        }
    }
    return READY;
}

static bool is_blank(char byte) {
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static int hex_digit(char digit) {
    if (isdigit((unsigned char)digit)) {
        return digit - '0';
    }
    return isxdigit((unsigned char)digit) ? tolower((unsigned char)digit) - 'a' + 10 : -1;
}

/* Takes one byte from between quotes, and returns how many bytes of the line that was. */
static size_t take_quoted(struct bytes rest, char quote, char *byte) {
    *byte = rest.data[0];
    if (*byte != '\\' || rest.length < 2 || (quote == '\'' && rest.data[1] != quote)) {
        return 1;
    }
    if (rest.data[1] == 'x' && rest.length >= 4 && hex_digit(rest.data[2]) >= 0 &&
        hex_digit(rest.data[3]) >= 0) {
        *byte = (char)(16 * hex_digit(rest.data[2]) + hex_digit(rest.data[3]));
        return 4;
    }
    static const char escapes[] = "n\nr\rt\tb\ba\a";
    *byte = rest.data[1];
    for (const char *escape = escapes; *escape != '\0'; escape += 2) {
        if (*escape == rest.data[1]) {
            *byte = escape[1];
        }
    }
    return 2;
}

/* Splits a line as redis-cli does: quotes keep spaces together, and know escapes. */
static bool split_words(struct decoder *decoder, struct bytes line) {
    size_t at = 0;
    for (;;) {
        while (at < line.length && is_blank(line.data[at])) {
            at++;
        }
        if (at == line.length) {
            return true;
        }
        size_t start = decoder->words.end;
        char quote = '\0';
        bool is_closed = false;
        while (at < line.length && !is_closed) {
            char byte = line.data[at];
            if (quote == '\0') {
                if (is_blank(byte) && byte != '\v' && byte != '\f') {
                    break;
                }
                at++;
                if (byte == '"' || byte == '\'') {
                    quote = byte;
                } else {
                    append(&decoder->words, (struct bytes){&byte, 1});
                }
            } else if (byte == quote) {
                at++;
                is_closed = true;
            } else {
                struct bytes rest = {line.data + at, line.length - at};
                at += take_quoted(rest, quote, &byte);
                append(&decoder->words, (struct bytes){&byte, 1});
            }
        }
        bool ends = at == line.length || is_blank(line.data[at]);
        if (quote != '\0' && !(is_closed && ends)) {
            return false;
        }
        add_range(decoder, start, decoder->words.end - start);
    }
}

static enum progress read_line(struct decoder *decoder, struct bytes input) {
    enum progress progress = find(decoder, input, '\n', "too big inline request");
    if (progress != READY) {
        return progress;
    }
    struct bytes line = {input.data, decoder->searched};
    if (line.length > 0 && line.data[line.length - 1] == '\r') {
        line.length--;
    }
    step_to(decoder, decoder->searched + 1);
    return split_words(decoder, line) ? READY : broken(decoder, "unbalanced quotes in request");
}

/* The keyspace --------------------------------------------------------------------------------- */

struct entry {
    struct entry *next;
    uint64_t hash;
    char *key, *value;
    size_t key_length, value_length;
    int64_t deadline; /* Milliseconds since 1970, or FOREVER. */
};

static struct {
    struct entry **buckets;
    size_t size, count;
    uint64_t seed;
} database;

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static uint64_t hash_of(struct bytes key) {
    uint64_t hash = database.seed;
    for (size_t at = 0; at < key.length; at++) {
        hash = (hash ^ (unsigned char)key.data[at]) * 0x100000001b3;
    }
    return hash ^ hash >> 32;
}

/* Returns where the pointer to the key's entry is, or would be. */
static struct entry **find_entry(struct bytes key, uint64_t hash) {
    struct entry **place = &database.buckets[hash % database.size];
    while (*place != NULL &&
           ((*place)->hash != hash || (*place)->key_length != key.length ||
            memcmp((*place)->key, key.data, key.length) != 0)) {
        place = &(*place)->next;
    }
    return place;
}

static void grow(void) {
    struct entry **old = database.buckets;
    size_t old_size = database.size;
    database.size = old_size == 0 ? 1024 : 2 * old_size;
    database.buckets = calloc(database.size, sizeof *database.buckets);
    if (database.buckets == NULL) {
        fail("out of memory");
    }
    for (size_t bucket = 0; bucket < old_size; bucket++) {
        for (struct entry *entry = old[bucket], *next; entry != NULL; entry = next) {
            struct entry **place = &database.buckets[entry->hash % database.size];
            next = entry->next;
            entry->next = *place;
            *place = entry;
        }
    }
    free(old);
}

/* Returns the entry of a key that has not expired, or NULL. */
static struct entry *lookup(struct bytes key, int64_t now) {
    struct entry **place = find_entry(key, hash_of(key)), *entry = *place;
    if (entry != NULL && entry->deadline != FOREVER && now > entry->deadline) {
        *place = entry->next;
        free(entry->key);
        free(entry->value);
        free(entry);
        database.count--;
        return NULL;
    }
    return entry;
}

static char *copy_of(struct bytes bytes) {
    char *copy = allocate(NULL, bytes.length + 1);
    memcpy(copy, bytes.data, bytes.length);
    return copy;
}

static void store(struct bytes key, struct bytes value, int64_t deadline) {
    uint64_t hash = hash_of(key);
    struct entry **place = find_entry(key, hash);
    if (*place == NULL) {
        *place = allocate(NULL, sizeof **place);
        **place = (struct entry){.hash = hash, .key = copy_of(key), .key_length = key.length};
        database.count++;
    }
    struct entry *entry = *place;
    free(entry->value);
    entry->value = copy_of(value);
    entry->value_length = value.length;
    entry->deadline = deadline;
    if (database.count > database.size) {
        grow();
    }
}

/* Commands ------------------------------------------------------------------------------------- */

struct request {
    struct bytes *args; /* Without the command's name. */
    size_t count;
    int64_t now;
};

static void reply_bulk(struct buffer *output, struct bytes value) {
    char header[32];
    snprintf(header, sizeof header, "$%zu\r\n", value.length);
    append_text(output, header);
    append(output, value);
    append_text(output, "\r\n");
}

/* Writes an error whose text is in a buffer. A line end in it would end the reply. */
static void reply_error(struct buffer *output, struct bytes reason) {
    append_text(output, "-ERR ");
    size_t start = size(output);
    append(output, reason);
    char *line = output->data + output->start;
    for (size_t at = start; at < size(output); at++) {
        line[at] = line[at] == '\r' || line[at] == '\n' ? ' ' : line[at];
    }
    append_text(output, "\r\n");
}

static void reply_arity(struct buffer *output, const char *command) {
    char reason[64];
    snprintf(reason, sizeof reason, "wrong number of arguments for '%s' command", command);
    reply_error(output, text(reason));
}

/* Returns what an error quotes: in C, a zero byte ends a string. */
static struct bytes quoted(struct bytes bytes, size_t limit) {
    limit = bytes.length < limit ? bytes.length : limit;
    return (struct bytes){bytes.data, strnlen(bytes.data, limit)};
}

static void reply_unknown(struct buffer *output, struct bytes name, struct request *request) {
    struct buffer reason = {0};
    append_text(&reason, "unknown command '");
    append(&reason, quoted(name, QUOTED));
    append_text(&reason, "', with args beginning with: ");
    size_t full = reason.end + QUOTED;
    for (size_t at = 0; at < request->count && reason.end < full; at++) {
        struct bytes shown = quoted(request->args[at], full - reason.end);
        append_text(&reason, "'");
        append(&reason, shown);
        append_text(&reason, "' ");
    }
    reply_error(output, (struct bytes){reason.data, reason.end});
    free(reason.data);
}

static void ping(struct request *request, struct buffer *output) {
    if (request->count > 1) {
        reply_arity(output, "ping");
    } else if (request->count == 1) {
        reply_bulk(output, request->args[0]);
    } else {
        append_text(output, "+PONG\r\n");
    }
}

static void echo(struct request *request, struct buffer *output) {
    if (request->count != 1) {
        reply_arity(output, "echo");
        return;
    }
    reply_bulk(output, request->args[0]);
}

static void get(struct request *request, struct buffer *output) {
    if (request->count != 1) {
        reply_arity(output, "get");
        return;
    }
    struct entry *entry = lookup(request->args[0], request->now);
    if (entry == NULL) {
        append_text(output, "$-1\r\n");
    } else {
        reply_bulk(output, (struct bytes){entry->value, entry->value_length});
    }
}

/* The options of SET, and the unit of their number in milliseconds. */
static const struct option {
    const char *name;
    int64_t unit;
    bool is_absolute;
} OPTIONS[] = {
    {"EX", 1000, false}, {"PX", 1, false}, {"EXAT", 1000, true}, {"PXAT", 1, true},
    {"KEEPTTL", 0, false},
};

static const struct option *find_option(struct bytes word) {
    for (size_t at = 0; at < sizeof OPTIONS / sizeof *OPTIONS; at++) {
        if (is_word(word, OPTIONS[at].name)) {
            return &OPTIONS[at];
        }
    }
    return NULL;
}

/* Reads the options of SET, and returns what is wrong with them, or NULL. */
static const char *read_options(struct request *request, int64_t *deadline) {
    const struct option *chosen = NULL;
    struct bytes digits = {0};
    for (size_t at = 2; at < request->count; at++) {
        const struct option *option = find_option(request->args[at]);
        if (option == NULL || (chosen != NULL && chosen != option)) {
            return "syntax error";
        }
        chosen = option;
        if (option->unit > 0) {
            at++;
            if (at == request->count) {
                return "syntax error";
            }
            digits = request->args[at];
        }
    }
    *deadline = FOREVER;
    if (chosen == NULL) {
        return NULL;
    }
    if (chosen->unit == 0) {
        struct entry *entry = lookup(request->args[0], request->now);
        *deadline = entry == NULL ? FOREVER : entry->deadline;
        return NULL;
    }
    int64_t number;
    if (!parse_integer(digits, &number)) {
        return "value is not an integer or out of range";
    }
    if (number <= 0 || __builtin_mul_overflow(number, chosen->unit, deadline) ||
        __builtin_add_overflow(*deadline, chosen->is_absolute ? 0 : request->now, deadline)) {
        return "invalid expire time in 'set' command";
    }
    return NULL;
}

static void set(struct request *request, struct buffer *output) {
    if (request->count < 2) {
        reply_arity(output, "set");
        return;
    }
    int64_t deadline;
    const char *reason = read_options(request, &deadline);
    if (reason != NULL) {
        reply_error(output, text(reason));
        return;
    }
    store(request->args[0], request->args[1], deadline);
    append_text(output, "+OK\r\n");
}

static const struct {
    const char *name;
    void (*run)(struct request *, struct buffer *);
} COMMANDS[] = {{"ping", ping}, {"echo", echo}, {"get", get}, {"set", set}};

static void execute(struct bytes name, struct request *request, struct buffer *output) {
    for (size_t at = 0; at < sizeof COMMANDS / sizeof *COMMANDS; at++) {
        if (is_word(name, COMMANDS[at].name)) {
            COMMANDS[at].run(request, output);
            return;
        }
    }
    reply_unknown(output, name, request);
}

/* Clients -------------------------------------------------------------------------------------- */

struct client {
    struct buffer input, output;
    struct decoder decoder;
    bool is_closing; /* Nothing more is read; what is owed is still written. */
    bool is_gone;
};

/* What poll waits for, and for whom: the first is the listener, and has no client. */
static struct pollfd *polls;
static struct client **clients;
static size_t count, room;

static void add(int socket, struct client *client) {
    if (count == room) {
        room = room == 0 ? 16 : 2 * room;
        polls = allocate(polls, room * sizeof *polls);
        clients = allocate(clients, room * sizeof *clients);
    }
    polls[count] = (struct pollfd){.fd = socket, .events = POLLIN};
    clients[count++] = client;
}

static void drop(size_t at) {
    close(polls[at].fd);
    free(clients[at]->input.data);
    free(clients[at]->output.data);
    reset(&clients[at]->decoder);
    free(clients[at]);
    count--;
    polls[at] = polls[count];
    clients[at] = clients[count];
}

/* Executes the request that was decoded, and takes it from the input. */
static void take_request(struct client *client) {
    struct decoder *decoder = &client->decoder;
    const struct buffer *source = decoder->words.data == NULL ? &client->input : &decoder->words;
    const char *data = source->data + source->start;
    if (decoder->count > 0) {
        struct bytes *args = allocate(NULL, decoder->count * sizeof *args);
        for (size_t at = 0; at < decoder->count; at++) {
            struct range range = decoder->ranges[at];
            /* Only empty words: there is nothing that they could be a part of. */
            args[at] = (struct bytes){range.length == 0 ? "" : data + range.start, range.length};
        }
        struct request request = {args + 1, decoder->count - 1, now_ms()};
        execute(args[0], &request, &client->output);
        free(args);
    }
    client->input.start += decoder->parsed;
    reset(decoder);
}

/* Answers the requests that have arrived, as long as the replies find room. */
static void answer(struct client *client) {
    while (!client->is_closing && size(&client->output) < MAX_OUTPUT && size(&client->input) > 0) {
        struct bytes input = {client->input.data + client->input.start, size(&client->input)};
        struct decoder *decoder = &client->decoder;
        enum progress progress =
            input.data[0] == '*' ? read_array(decoder, input) : read_line(decoder, input);
        if (progress == WAITING) {
            break;
        }
        if (progress == READY) {
            take_request(client);
            continue;
        }
        char reason[96];
        snprintf(reason, sizeof reason, "Protocol error: %s", decoder->error);
        reply_error(&client->output, text(reason));
        client->is_closing = true;
    }
    consume(&client->input, 0);
}

static bool may_read(const struct client *client) {
    return !client->is_closing && size(&client->output) < MAX_OUTPUT;
}

static void read_some(struct client *client, int socket) {
    static char chunk[64 * 1024];
    ssize_t received = recv(socket, chunk, sizeof chunk, 0);
    if (received < 0) {
        client->is_gone = errno != EAGAIN && errno != EINTR;
    } else if (received == 0) {
        client->is_closing = true;
    } else {
        append(&client->input, (struct bytes){chunk, (size_t)received});
        client->is_gone = size(&client->input) > MAX_REQUEST;
    }
}

static void write_some(struct client *client, int socket) {
    size_t length = size(&client->output);
    length = length < WRITE_SIZE ? length : WRITE_SIZE;
    const char *data = client->output.data + client->output.start;
    ssize_t sent = send(socket, data, length, MSG_NOSIGNAL);
    if (sent >= 0) {
        consume(&client->output, (size_t)sent);
    } else {
        client->is_gone = errno != EAGAIN && errno != EINTR;
    }
}

static void serve(struct client *client, struct pollfd *poll) {
    if ((poll->revents & (POLLERR | POLLHUP)) != 0) {
        client->is_gone = true;
        return;
    }
    if ((poll->revents & POLLOUT) != 0 && size(&client->output) > 0) {
        write_some(client, poll->fd);
    }
    answer(client);
    if ((poll->revents & POLLIN) != 0 && may_read(client) && !client->is_gone) {
        read_some(client, poll->fd);
        answer(client);
    }
    if (size(&client->output) > 0 && !client->is_gone) {
        write_some(client, poll->fd);
    }
    poll->events = (short)((may_read(client) ? POLLIN : 0) |
                           (size(&client->output) > 0 ? POLLOUT : 0));
    client->is_gone |= client->is_closing && size(&client->output) == 0;
}

/* Returns whether there may be another client to accept. */
static bool accept_client(int listener) {
    int socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0) {
        return errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM;
    }
    int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct client *client = allocate(NULL, sizeof *client);
    *client = (struct client){0};
    add(socket, client);
    return true;
}

static void run(int listener) {
    add(listener, NULL);
    for (;;) {
        /* Out of descriptors, the listener rests for a moment. */
        int timeout = polls[0].events == 0 ? 100 : -1;
        int ready = poll(polls, (nfds_t)count, timeout);
        if (ready < 0 && errno != EINTR) {
            fail("cannot wait for clients: %s", strerror(errno));
        }
        polls[0].events = POLLIN;
        if (ready > 0 && polls[0].revents != 0) {
            polls[0].events = accept_client(listener) ? POLLIN : 0;
        }
        /* From the last on: the one that takes a dropped client's place was served already. */
        for (size_t at = count - 1; ready > 0 && at > 0; at--) {
            if (polls[at].revents != 0) {
                serve(clients[at], &polls[at]);
                if (clients[at]->is_gone) {
                    drop(at);
                }
            }
        }
    }
}

/* The start ------------------------------------------------------------------------------------ */

static int open_listener(uint16_t port) {
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (listener < 0 ||
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 511) != 0) {
        fail("cannot listen on port %u: %s", port, strerror(errno));
    }
    return listener;
}

int main(int argc, char **argv) {
    int64_t port = -1;
    bool is_port = argc == 3 && strcmp(argv[1], "--port") == 0 &&
                   parse_integer(text(argv[2]), &port) && port >= 0 && port <= UINT16_MAX;
    if (!is_port) {
        fail("the only option is --port N");
    }
    /* Otherwise the C library keeps the memory of large buffers once one was given back. */
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
    signal(SIGPIPE, SIG_IGN);
    database.seed = (uint64_t)now_ms() * 0x9e3779b97f4a7c15 ^ (uint64_t)getpid();
    grow();
    run(open_listener((uint16_t)port));
}
