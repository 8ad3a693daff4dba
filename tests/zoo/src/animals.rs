mod accepts_a_time_of_zero;
mod adds_all_at_once;
mod adds_in_64_bits;
mod adds_to_the_old_deadline;
mod always_loads_dump_rdb;
mod answers_a_name_twice;
mod answers_an_empty_array;
mod answers_config_get_without_a_name;
mod answers_every_line;
mod answers_nil_for_an_unknown_name;
mod answers_nil_in_the_old_form;
mod answers_once_per_read;
mod answers_pong_to_everything;
mod answers_sixteen_at_once;
mod appends_to_the_old_value;
mod closes_after_an_error;
mod closes_after_the_first_reply;
mod complains_in_silence;
mod copies_in_one_piece;
mod counts_a_name_once;
mod counts_all_errors_alike;
mod counts_characters;
mod counts_expired_keys_as_deleted;
mod counts_from_where_it_starts;
mod counts_in_floating_point;
mod counts_itself;
mod counts_keys_from_zero;
mod counts_names_and_values;
mod counts_names_as_deleted;
mod counts_the_dead;
mod counts_what_it_sends;
mod counts_without_an_end;
mod drops_replies_at_the_end;
mod ends_a_bulk_at_crlf;
mod fills_the_gap_with_spaces;
mod finds_the_first_key_only;
mod forgets_half_a_request;
mod forgets_the_crlf;
mod forgets_to_flush;
mod gives_a_missing_key_a_value;
mod gives_each_client_its_own_keys;
mod has_a_database_too_many;
mod has_a_fixed_buffer;
mod has_one_name_for_all;
mod holds_the_lock_while_it_reads;
mod ignores_keepttl;
mod ignores_quotes;
mod ignores_the_command_line;
mod inserts_nothing_and_says_zero;
mod keeps_empty_lists;
mod keeps_maps_flat;
mod keeps_seconds_as_they_are;
mod keeps_the_first_value;
mod keeps_the_old_deadline;
mod keeps_the_old_length;
mod keeps_the_protocol_after_reset;
mod keeps_values_as_text;
mod knows_capital_names_only;
mod knows_capital_options_only;
mod knows_small_settings_only;
mod leaves_the_arguments_out;
mod leaves_the_deadline_behind;
mod leaves_the_end_out;
mod lets_a_deadline_stay;
mod lets_a_dot_match_anything;
mod lets_a_question_mark_match_nothing;
mod lets_the_last_option_win;
mod listens_after_quit;
mod lists_expired_keys;
mod looks_at_the_first_name_only;
mod loses_a_key_renamed_to_itself;
mod loses_empty_values;
mod lowers_the_whole_request;
mod matches_anywhere;
mod matches_characters;
mod matches_keys_in_any_case;
mod matches_the_beginning;
mod negates_with_an_exclamation_mark;
mod nests_the_pairs;
mod parses_numbers_as_rust_does;
mod persists_when_it_reads;
mod reads_both_lists_first;
mod reads_integers_unsigned;
mod reads_lengths_backwards;
mod reads_the_clock_once;
mod reads_words_as_utf8;
mod refuses_a_negative_count;
mod refuses_a_past_deadline;
mod removes_from_the_front_only;
mod rounds_seconds_down;
mod scans_by_position;
mod selects_for_everybody;
mod selects_for_the_next_batch;
mod serves_an_integers_bytes;
mod serves_every_database;
mod serves_one_client_at_a_time;
mod sets_what_is_free;
mod shows_a_list_as_nil;
mod shows_a_relative_directory;
mod skips_deadlines;
mod skips_only_itself;
mod speaks_to_all_alike;
mod stays_after_a_protocol_error;
mod stops_at_the_first_list;
mod stores_before_it_checks;
mod sweeps_now_and_then;
mod switches_before_it_checks;
mod takes_a_backslash_literally;
mod takes_a_caret_literally;
mod takes_a_date_for_a_duration;
mod takes_all_arguments_for_keys;
mod takes_before_it_looks;
mod takes_forever_for_zero;
mod takes_milliseconds_for_seconds;
mod takes_seconds_for_milliseconds;
mod tries_every_way;
mod trims_words;
mod trusts_its_marks;
mod unwraps_a_single_element;
mod wants_a_carriage_return;
mod wraps_around;
mod writes_names_its_own_way;

use crate::server::Server;

/// A wrong server.
pub struct Animal {
    /// What it is called, on the command line too; its file has this name.
    pub name: &'static str,
    /// The mistake, in one line.
    pub mistake: &'static str,
    /// The transcript that catches it, below `tests/transcripts`.
    pub transcript: &'static str,
    /// The server itself.
    pub server: &'static dyn Server,
}

/// All of them, stage by stage. A static, so that a crate that only reads it does not compile them.
pub static ZOO: &[Animal] = &[
    Animal {
        name: "answers_once_per_read",
        mistake: "answers one request per read, however many the read brought",
        transcript: "01-ping/requests_sent_together_are_all_answered",
        server: &answers_once_per_read::AnswersOncePerRead,
    },
    Animal {
        name: "forgets_the_crlf",
        mistake: "sends a reply's line without its ending",
        transcript: "01-ping/ping_may_be_an_array_of_one_bulk",
        server: &forgets_the_crlf::ForgetsTheCrlf,
    },
    Animal {
        name: "answers_every_line",
        mistake: "takes every line for a request of its own",
        transcript: "01-ping/ping_may_be_an_array_of_one_bulk",
        server: &answers_every_line::AnswersEveryLine,
    },
    Animal {
        name: "serves_one_client_at_a_time",
        mistake: "serves a client to its end before it accepts the next one",
        transcript: "01-ping/clients_that_stay_keep_nobody_out",
        server: &serves_one_client_at_a_time::ServesOneClientAtATime,
    },
    Animal {
        name: "knows_capital_names_only",
        mistake: "compares the names of commands letter for letter",
        transcript: "01-ping/the_case_of_a_command_does_not_matter",
        server: &knows_capital_names_only::KnowsCapitalNamesOnly,
    },
    Animal {
        name: "closes_after_the_first_reply",
        mistake: "reads once, answers, and closes the connection",
        transcript: "01-ping/a_connection_serves_any_number_of_requests",
        server: &closes_after_the_first_reply::ClosesAfterTheFirstReply,
    },
    Animal {
        name: "answers_pong_to_everything",
        mistake: "does not look at what it was asked",
        transcript: "01-ping/any_other_command_gets_exactly_one_error",
        server: &answers_pong_to_everything::AnswersPongToEverything,
    },
    Animal {
        name: "forgets_half_a_request",
        mistake: "begins every read with an empty buffer",
        transcript: "01-ping/half_a_request_is_waited_for",
        server: &forgets_half_a_request::ForgetsHalfARequest,
    },
    Animal {
        name: "wants_a_carriage_return",
        mistake: "waits for CR LF where a line feed alone is enough",
        transcript: "01-ping/a_line_may_end_with_lf_alone",
        server: &wants_a_carriage_return::WantsACarriageReturn,
    },
    Animal {
        name: "forgets_to_flush",
        mistake: "writes into a buffer and never flushes it",
        transcript: "01-ping/ping_is_answered_with_pong",
        server: &forgets_to_flush::ForgetsToFlush,
    },
    Animal {
        name: "reads_words_as_utf8",
        mistake: "turns every argument into a String on its way in",
        transcript: "02-echo/an_argument_may_hold_any_byte",
        server: &reads_words_as_utf8::ReadsWordsAsUtf8,
    },
    Animal {
        name: "counts_characters",
        mistake: "announces a string's length in characters",
        transcript: "02-echo/a_length_counts_bytes_not_characters",
        server: &counts_characters::CountsCharacters,
    },
    Animal {
        name: "ends_a_bulk_at_crlf",
        mistake: "reads a bulk up to the next CR LF and does not use the length",
        transcript: "02-echo/an_argument_may_hold_crlf",
        server: &ends_a_bulk_at_crlf::EndsABulkAtCrlf,
    },
    Animal {
        name: "trims_words",
        mistake: "trims white space from both ends of every argument",
        transcript: "02-echo/a_request_inside_a_bulk_is_only_data",
        server: &trims_words::TrimsWords,
    },
    Animal {
        name: "answers_an_empty_array",
        mistake: "answers a request without arguments",
        transcript: "02-echo/an_empty_array_is_skipped",
        server: &answers_an_empty_array::AnswersAnEmptyArray,
    },
    Animal {
        name: "refuses_a_negative_count",
        mistake: "takes a negative count for a protocol error",
        transcript: "02-echo/a_negative_count_is_skipped",
        server: &refuses_a_negative_count::RefusesANegativeCount,
    },
    Animal {
        name: "ignores_quotes",
        mistake: "splits a typed line at spaces, quotes or not",
        transcript: "02-echo/double_quotes_keep_blanks_and_know_escapes",
        server: &ignores_quotes::IgnoresQuotes,
    },
    Animal {
        name: "closes_after_an_error",
        mistake: "closes the connection after every error",
        transcript: "02-echo/the_wrong_number_of_arguments_is_refused",
        server: &closes_after_an_error::ClosesAfterAnError,
    },
    Animal {
        name: "stays_after_a_protocol_error",
        mistake: "reports a broken request and reads on",
        transcript: "02-echo/replies_that_are_owed_come_before_a_protocol_error",
        server: &stays_after_a_protocol_error::StaysAfterAProtocolError,
    },
    Animal {
        name: "drops_replies_at_the_end",
        mistake: "forgets the replies it owes when the client stops sending",
        transcript: "02-echo/a_half_closed_connection_still_gets_its_replies",
        server: &drops_replies_at_the_end::DropsRepliesAtTheEnd,
    },
    Animal {
        name: "leaves_the_arguments_out",
        mistake: "names an unknown command without its arguments",
        transcript: "02-echo/an_unknown_command_is_quoted_with_its_arguments",
        server: &leaves_the_arguments_out::LeavesTheArgumentsOut,
    },
    Animal {
        name: "has_a_fixed_buffer",
        mistake: "reads into an array of 4096 bytes, and a request has to fit",
        transcript: "02-echo/a_megabyte_comes_back_whole",
        server: &has_a_fixed_buffer::HasAFixedBuffer,
    },
    Animal {
        name: "lowers_the_whole_request",
        mistake: "converts the whole request to lower case, not just the command's name",
        transcript: "03-set-get/keys_that_differ_in_case_are_different_keys",
        server: &lowers_the_whole_request::LowersTheWholeRequest,
    },
    Animal {
        name: "loses_empty_values",
        mistake: "takes an empty value for no value",
        transcript: "03-set-get/an_empty_value_is_not_nil",
        server: &loses_empty_values::LosesEmptyValues,
    },
    Animal {
        name: "gives_a_missing_key_a_value",
        mistake: "answers an empty string for a key that is not there",
        transcript: "03-set-get/a_key_that_was_never_set_is_nil",
        server: &gives_a_missing_key_a_value::GivesAMissingKeyAValue,
    },
    Animal {
        name: "keeps_values_as_text",
        mistake: "keeps values as String",
        transcript: "03-set-get/keys_and_values_hold_any_byte",
        server: &keeps_values_as_text::KeepsValuesAsText,
    },
    Animal {
        name: "appends_to_the_old_value",
        mistake: "adds a new value to the end of the old one",
        transcript: "03-set-get/set_replaces_the_old_value_whole",
        server: &appends_to_the_old_value::AppendsToTheOldValue,
    },
    Animal {
        name: "keeps_the_first_value",
        mistake: "writes a key once and never again",
        transcript: "03-set-get/set_replaces_the_old_value_whole",
        server: &keeps_the_first_value::KeepsTheFirstValue,
    },
    Animal {
        name: "gives_each_client_its_own_keys",
        mistake: "makes a new map for every connection",
        transcript: "03-set-get/all_clients_share_one_keyspace",
        server: &gives_each_client_its_own_keys::GivesEachClientItsOwnKeys,
    },
    Animal {
        name: "holds_the_lock_while_it_reads",
        mistake: "locks the keys before its loop and holds them while it waits",
        transcript: "03-set-get/all_clients_share_one_keyspace",
        server: &holds_the_lock_while_it_reads::HoldsTheLockWhileItReads,
    },
    Animal {
        name: "takes_seconds_for_milliseconds",
        mistake: "counts the seconds of EX as milliseconds",
        transcript: "04-px-expiry/ex_counts_seconds",
        server: &takes_seconds_for_milliseconds::TakesSecondsForMilliseconds,
    },
    Animal {
        name: "knows_capital_options_only",
        mistake: "compares the options of SET letter for letter",
        transcript: "04-px-expiry/options_are_read_in_any_letter_case",
        server: &knows_capital_options_only::KnowsCapitalOptionsOnly,
    },
    Animal {
        name: "keeps_the_old_deadline",
        mistake: "lets a plain SET keep the deadline of the key that it replaces",
        transcript: "04-px-expiry/a_plain_set_clears_the_expiry",
        server: &keeps_the_old_deadline::KeepsTheOldDeadline,
    },
    Animal {
        name: "ignores_keepttl",
        mistake: "accepts KEEPTTL and does nothing about it",
        transcript: "04-px-expiry/keepttl_keeps_the_deadline",
        server: &ignores_keepttl::IgnoresKeepttl,
    },
    Animal {
        name: "stores_before_it_checks",
        mistake: "stores the value before it checks the options",
        transcript: "04-px-expiry/a_refused_set_leaves_the_old_value",
        server: &stores_before_it_checks::StoresBeforeItChecks,
    },
    Animal {
        name: "parses_numbers_as_rust_does",
        mistake: "accepts +5 and 007 as numbers",
        transcript: "04-px-expiry/a_time_is_a_plain_decimal_integer",
        server: &parses_numbers_as_rust_does::ParsesNumbersAsRustDoes,
    },
    Animal {
        name: "sweeps_now_and_then",
        mistake: "removes expired keys now and then, and serves them in between",
        transcript: "04-px-expiry/a_key_is_gone_after_its_px",
        server: &sweeps_now_and_then::SweepsNowAndThen,
    },
    Animal {
        name: "reads_the_clock_once",
        mistake: "reads the clock when it starts and never again",
        transcript: "04-px-expiry/a_key_is_gone_after_its_ex",
        server: &reads_the_clock_once::ReadsTheClockOnce,
    },
    Animal {
        name: "accepts_a_time_of_zero",
        mistake: "accepts PX 0 and EX -1",
        transcript: "04-px-expiry/zero_and_negative_times_are_refused",
        server: &accepts_a_time_of_zero::AcceptsATimeOfZero,
    },
    Animal {
        name: "takes_a_date_for_a_duration",
        mistake: "adds the time of EXAT and PXAT to now",
        transcript: "04-px-expiry/exat_is_a_moment_in_seconds",
        server: &takes_a_date_for_a_duration::TakesADateForADuration,
    },
    Animal {
        name: "wraps_around",
        mistake: "multiplies and adds without checking for overflow",
        transcript: "04-px-expiry/seconds_that_overflow_as_milliseconds_are_refused",
        server: &wraps_around::WrapsAround,
    },
    Animal {
        name: "lets_the_last_option_win",
        mistake: "reads options that exclude each other and keeps the last",
        transcript: "04-px-expiry/two_different_expiries_are_a_syntax_error",
        server: &lets_the_last_option_win::LetsTheLastOptionWin,
    },
    Animal {
        name: "writes_names_its_own_way",
        mistake: "answers CONFIG GET PORT with the name port",
        transcript: "05-config/a_name_comes_back_as_it_was_typed",
        server: &writes_names_its_own_way::WritesNamesItsOwnWay,
    },
    Animal {
        name: "answers_nil_for_an_unknown_name",
        mistake: "pairs a name that it does not know with nil",
        transcript: "05-config/a_name_that_nobody_knows_gives_an_empty_array",
        server: &answers_nil_for_an_unknown_name::AnswersNilForAnUnknownName,
    },
    Animal {
        name: "nests_the_pairs",
        mistake: "answers CONFIG GET with an array of pairs",
        transcript: "05-config/config_get_answers_a_name_with_its_value",
        server: &nests_the_pairs::NestsThePairs,
    },
    Animal {
        name: "looks_at_the_first_name_only",
        mistake: "answers the first name of CONFIG GET and ignores the others",
        transcript: "05-config/config_get_takes_several_names",
        server: &looks_at_the_first_name_only::LooksAtTheFirstNameOnly,
    },
    Animal {
        name: "answers_a_name_twice",
        mistake: "answers a repeated name again",
        transcript: "05-config/a_name_asked_twice_is_answered_once",
        server: &answers_a_name_twice::AnswersANameTwice,
    },
    Animal {
        name: "knows_small_settings_only",
        mistake: "compares the names of settings letter for letter",
        transcript: "05-config/a_name_comes_back_as_it_was_typed",
        server: &knows_small_settings_only::KnowsSmallSettingsOnly,
    },
    Animal {
        name: "ignores_the_command_line",
        mistake: "reports the default file name, whatever it was started with",
        transcript: "05-config/the_command_line_sets_the_file_name",
        server: &ignores_the_command_line::IgnoresTheCommandLine,
    },
    Animal {
        name: "shows_a_relative_directory",
        mistake: "reports its directory as it was given, or a dot",
        transcript: "05-config/the_directory_is_printed_as_an_absolute_path",
        server: &shows_a_relative_directory::ShowsARelativeDirectory,
    },
    Animal {
        name: "answers_config_get_without_a_name",
        mistake: "answers CONFIG GET without a name with an empty array",
        transcript: "05-config/config_and_its_get_count_their_arguments",
        server: &answers_config_get_without_a_name::AnswersConfigGetWithoutAName,
    },
    Animal {
        name: "takes_milliseconds_for_seconds",
        mistake: "counts a dump's milliseconds as seconds",
        transcript: "06-rdb-read/a_key_whose_time_has_passed_is_not_loaded",
        server: &takes_milliseconds_for_seconds::TakesMillisecondsForSeconds,
    },
    Animal {
        name: "keeps_seconds_as_they_are",
        mistake: "keeps a dump's seconds where all other times are milliseconds",
        transcript: "06-rdb-read/of_two_deadlines_the_last_counts",
        server: &keeps_seconds_as_they_are::KeepsSecondsAsTheyAre,
    },
    Animal {
        name: "reads_lengths_backwards",
        mistake: "reads long lengths with the lowest byte first",
        transcript: "06-rdb-read/a_length_may_take_more_bytes_than_it_needs",
        server: &reads_lengths_backwards::ReadsLengthsBackwards,
    },
    Animal {
        name: "serves_an_integers_bytes",
        mistake: "takes the bytes of an encoded integer for the string",
        transcript: "06-rdb-read/integers_come_back_as_their_decimal_text",
        server: &serves_an_integers_bytes::ServesAnIntegersBytes,
    },
    Animal {
        name: "reads_integers_unsigned",
        mistake: "reads the integers of a dump without a sign",
        transcript: "06-rdb-read/integers_come_back_as_their_decimal_text",
        server: &reads_integers_unsigned::ReadsIntegersUnsigned,
    },
    Animal {
        name: "stops_at_the_first_list",
        mistake: "stops loading at the first value that is not a string",
        transcript: "06-rdb-read/the_key_behind_a_list_is_loaded",
        server: &stops_at_the_first_list::StopsAtTheFirstList,
    },
    Animal {
        name: "lets_a_deadline_stay",
        mistake: "gives a key's deadline to all keys after it",
        transcript: "06-rdb-read/of_two_deadlines_the_last_counts",
        server: &lets_a_deadline_stay::LetsADeadlineStay,
    },
    Animal {
        name: "serves_every_database",
        mistake: "serves the keys of all databases as if they were in the first",
        transcript: "06-rdb-read/only_database_0_is_loaded",
        server: &serves_every_database::ServesEveryDatabase,
    },
    Animal {
        name: "skips_deadlines",
        mistake: "ignores the deadlines in a dump",
        transcript: "06-rdb-read/a_key_whose_time_has_passed_is_not_loaded",
        server: &skips_deadlines::SkipsDeadlines,
    },
    Animal {
        name: "copies_in_one_piece",
        mistake: "copies a repetition in LZF as one block",
        transcript: "06-rdb-read/a_copy_in_a_compressed_value_may_overlap_itself",
        server: &copies_in_one_piece::CopiesInOnePiece,
    },
    Animal {
        name: "always_loads_dump_rdb",
        mistake: "loads dump.rdb, whatever --dbfilename says",
        transcript: "06-rdb-read/dbfilename_names_the_dump",
        server: &always_loads_dump_rdb::AlwaysLoadsDumpRdb,
    },
    Animal {
        name: "matches_the_beginning",
        mistake: "compares only what comes before the first star",
        transcript: "07-keys/a_star_stands_for_any_run_of_bytes",
        server: &matches_the_beginning::MatchesTheBeginning,
    },
    Animal {
        name: "matches_anywhere",
        mistake: "looks for the pattern anywhere in the key",
        transcript: "07-keys/a_pattern_must_match_the_whole_key",
        server: &matches_anywhere::MatchesAnywhere,
    },
    Animal {
        name: "lets_a_question_mark_match_nothing",
        mistake: "reads ? as one or none",
        transcript: "07-keys/a_question_mark_stands_for_one_byte",
        server: &lets_a_question_mark_match_nothing::LetsAQuestionMarkMatchNothing,
    },
    Animal {
        name: "takes_a_caret_literally",
        mistake: "takes ^ for one more byte of the class",
        transcript: "07-keys/a_caret_turns_a_class_around",
        server: &takes_a_caret_literally::TakesACaretLiterally,
    },
    Animal {
        name: "negates_with_an_exclamation_mark",
        mistake: "reads [!a] as anything but a",
        transcript: "07-keys/an_exclamation_mark_turns_nothing_around",
        server: &negates_with_an_exclamation_mark::NegatesWithAnExclamationMark,
    },
    Animal {
        name: "matches_keys_in_any_case",
        mistake: "lists keys whatever their case",
        transcript: "07-keys/keys_knows_upper_case_from_lower_case",
        server: &matches_keys_in_any_case::MatchesKeysInAnyCase,
    },
    Animal {
        name: "lists_expired_keys",
        mistake: "lists all keys, including expired ones",
        transcript: "07-keys/an_expired_key_is_not_listed",
        server: &lists_expired_keys::ListsExpiredKeys,
    },
    Animal {
        name: "lets_a_dot_match_anything",
        mistake: "translates into a regular expression and forgets to escape the dot",
        transcript: "07-keys/a_dot_is_no_wildcard",
        server: &lets_a_dot_match_anything::LetsADotMatchAnything,
    },
    Animal {
        name: "takes_a_backslash_literally",
        mistake: "takes a backslash for a byte like any other",
        transcript: "07-keys/a_backslash_takes_the_meaning_from_the_next_byte",
        server: &takes_a_backslash_literally::TakesABackslashLiterally,
    },
    Animal {
        name: "matches_characters",
        mistake: "lets ? match a character, however many bytes it has",
        transcript: "07-keys/a_question_mark_is_no_letter",
        server: &matches_characters::MatchesCharacters,
    },
    Animal {
        name: "tries_every_way",
        mistake: "tries, for every star, every length that it may have",
        transcript: "07-keys/many_stars_take_no_time",
        server: &tries_every_way::TriesEveryWay,
    },
    Animal {
        name: "answers_nil_in_the_old_form",
        mistake: "writes nil as $-1 to every client",
        transcript: "08-any-client/nil_has_a_byte_of_its_own_in_resp3",
        server: &answers_nil_in_the_old_form::AnswersNilInTheOldForm,
    },
    Animal {
        name: "counts_names_and_values",
        mistake: "counts the names and the values of a map",
        transcript: "08-any-client/config_get_is_a_map_in_resp3",
        server: &counts_names_and_values::CountsNamesAndValues,
    },
    Animal {
        name: "keeps_maps_flat",
        mistake: "writes a map as an array in both protocols",
        transcript: "08-any-client/hello_3_switches_to_resp3",
        server: &keeps_maps_flat::KeepsMapsFlat,
    },
    Animal {
        name: "speaks_to_all_alike",
        mistake: "keeps the protocol in the state that all clients share",
        transcript: "08-any-client/every_connection_chooses_for_itself",
        server: &speaks_to_all_alike::SpeaksToAllAlike,
    },
    Animal {
        name: "switches_before_it_checks",
        mistake: "switches the protocol before it has looked at the options",
        transcript: "08-any-client/a_refused_hello_leaves_the_protocol",
        server: &switches_before_it_checks::SwitchesBeforeItChecks,
    },
    Animal {
        name: "has_one_name_for_all",
        mistake: "keeps one name for all clients, the last one chosen",
        transcript: "08-any-client/a_name_belongs_to_the_connection",
        server: &has_one_name_for_all::HasOneNameForAll,
    },
    Animal {
        name: "selects_for_everybody",
        mistake: "uses one selected database for all clients",
        transcript: "08-any-client/every_connection_selects_for_itself",
        server: &selects_for_everybody::SelectsForEverybody,
    },
    Animal {
        name: "has_a_database_too_many",
        mistake: "accepts 16 as a database's number, although they start at 0",
        transcript: "08-any-client/there_are_sixteen_databases",
        server: &has_a_database_too_many::HasADatabaseTooMany,
    },
    Animal {
        name: "keeps_the_protocol_after_reset",
        mistake: "forgets the protocol when it resets a connection",
        transcript: "08-any-client/reset_is_answered_in_resp2",
        server: &keeps_the_protocol_after_reset::KeepsTheProtocolAfterReset,
    },
    Animal {
        name: "listens_after_quit",
        mistake: "answers QUIT with OK, and stays connected",
        transcript: "08-any-client/quit_is_answered_and_then_the_connection_closes",
        server: &listens_after_quit::ListensAfterQuit,
    },
    Animal {
        name: "counts_a_name_once",
        mistake: "counts a name that is given twice once",
        transcript: "09-scan/exists_counts_the_names_that_are_there",
        server: &counts_a_name_once::CountsANameOnce,
    },
    Animal {
        name: "rounds_seconds_down",
        mistake: "truncates a time to live to whole seconds",
        transcript: "09-scan/ttl_rounds_to_the_nearest_second",
        server: &rounds_seconds_down::RoundsSecondsDown,
    },
    Animal {
        name: "scans_by_position",
        mistake: "takes the cursor for a position in the list of keys",
        transcript: "09-scan/a_key_is_found_though_others_go",
        server: &scans_by_position::ScansByPosition,
    },
    Animal {
        name: "selects_for_the_next_batch",
        mistake: "executes all requests of a batch in the database that was selected before it",
        transcript: "10-look-ahead/a_select_counts_for_the_rest_of_its_batch",
        server: &selects_for_the_next_batch::SelectsForTheNextBatch,
    },
    Animal {
        name: "answers_sixteen_at_once",
        mistake: "answers sixteen requests, and the rest when the client sends more",
        transcript: "10-look-ahead/seventeen_requests_at_once_are_all_answered",
        server: &answers_sixteen_at_once::AnswersSixteenAtOnce,
    },
    Animal {
        name: "keeps_the_old_length",
        mistake: "writes a shorter value over the old one, and keeps the old length",
        transcript: "10-look-ahead/a_value_may_grow_and_shrink",
        server: &keeps_the_old_length::KeepsTheOldLength,
    },
    Animal {
        name: "complains_in_silence",
        mistake: "sends errors to a client that wants no replies",
        transcript: "11-clients/client_reply_off_silences_the_server",
        server: &complains_in_silence::ComplainsInSilence,
    },
    Animal {
        name: "skips_only_itself",
        mistake: "skips the reply to CLIENT REPLY SKIP, but not the next one",
        transcript: "11-clients/client_reply_skip_leaves_out_the_next_reply",
        server: &skips_only_itself::SkipsOnlyItself,
    },
    Animal {
        name: "counts_itself",
        mistake: "counts a command before it executes it, and so INFO counts itself",
        transcript: "11-clients/info_counts_the_commands_that_were_executed",
        server: &counts_itself::CountsItself,
    },
    Animal {
        name: "counts_what_it_sends",
        mistake: "counts replies as it sends them, and so no error that is left out",
        transcript: "11-clients/info_counts_errors_that_are_left_out",
        server: &counts_what_it_sends::CountsWhatItSends,
    },
    Animal {
        name: "counts_all_errors_alike",
        mistake: "counts every error under ERR",
        transcript: "11-clients/info_counts_errors_by_their_first_word",
        server: &counts_all_errors_alike::CountsAllErrorsAlike,
    },
    Animal {
        name: "finds_the_first_key_only",
        mistake: "finds only the first key of a request",
        transcript: "12-introspection/command_getkeys_finds_the_keys",
        server: &finds_the_first_key_only::FindsTheFirstKeyOnly,
    },
    Animal {
        name: "takes_all_arguments_for_keys",
        mistake: "takes all arguments of a request for its keys",
        transcript: "12-introspection/command_getkeys_finds_the_keys",
        server: &takes_all_arguments_for_keys::TakesAllArgumentsForKeys,
    },
    Animal {
        name: "counts_keys_from_zero",
        mistake: "finds the argument after the key",
        transcript: "12-introspection/command_getkeys_finds_the_keys",
        server: &counts_keys_from_zero::CountsKeysFromZero,
    },
    Animal {
        name: "counts_names_as_deleted",
        mistake: "counts the names in a DEL, not the keys that it removes",
        transcript: "13-del-rename/del_removes_keys_and_counts_them",
        server: &counts_names_as_deleted::CountsNamesAsDeleted,
    },
    Animal {
        name: "counts_expired_keys_as_deleted",
        mistake: "removes a key and counts it, whether it has expired or not",
        transcript: "13-del-rename/an_expired_key_is_not_deleted_but_gone",
        server: &counts_expired_keys_as_deleted::CountsExpiredKeysAsDeleted,
    },
    Animal {
        name: "leaves_the_deadline_behind",
        mistake: "renames the value, and leaves each deadline with its name",
        transcript: "13-del-rename/rename_takes_the_deadline_along",
        server: &leaves_the_deadline_behind::LeavesTheDeadlineBehind,
    },
    Animal {
        name: "loses_a_key_renamed_to_itself",
        mistake: "stores the new name first, and then removes the old one",
        transcript: "13-del-rename/a_key_can_be_renamed_to_itself",
        server: &loses_a_key_renamed_to_itself::LosesAKeyRenamedToItself,
    },
    Animal {
        name: "counts_in_floating_point",
        mistake: "counts in 64-bit floating point, as a language without integers does",
        transcript: "14-incr-append/a_sum_beyond_64_bits_is_refused",
        server: &counts_in_floating_point::CountsInFloatingPoint,
    },
    Animal {
        name: "counts_without_an_end",
        mistake: "loses the deadline of a value that it counts up",
        transcript: "14-incr-append/counting_up_keeps_the_deadline",
        server: &counts_without_an_end::CountsWithoutAnEnd,
    },
    Animal {
        name: "adds_in_64_bits",
        mistake: "adds numbers with a fraction in 64 bits",
        transcript: "14-incr-append/incrbyfloat_adds_without_a_trace_of_binary",
        server: &adds_in_64_bits::AddsIn64Bits,
    },
    Animal {
        name: "sets_what_is_free",
        mistake: "sets with MSETNX those keys that are new, and leaves the others",
        transcript: "14-incr-append/msetnx_sets_all_or_nothing",
        server: &sets_what_is_free::SetsWhatIsFree,
    },
    Animal {
        name: "fills_the_gap_with_spaces",
        mistake: "fills the gap before an offset with spaces",
        transcript: "14-incr-append/setrange_fills_a_gap_with_zeros",
        server: &fills_the_gap_with_spaces::FillsTheGapWithSpaces,
    },
    Animal {
        name: "adds_to_the_old_deadline",
        mistake: "adds the time to the deadline that the key had",
        transcript: "15-exact-expiry/expire_gives_a_key_a_deadline",
        server: &adds_to_the_old_deadline::AddsToTheOldDeadline,
    },
    Animal {
        name: "takes_forever_for_zero",
        mistake: "compares with GT and LT as if no deadline were the deadline 0",
        transcript: "15-exact-expiry/gt_only_lengthens_a_life",
        server: &takes_forever_for_zero::TakesForeverForZero,
    },
    Animal {
        name: "refuses_a_past_deadline",
        mistake: "refuses a deadline that is not in the future, as SET does",
        transcript: "15-exact-expiry/a_past_deadline_removes_the_key",
        server: &refuses_a_past_deadline::RefusesAPastDeadline,
    },
    Animal {
        name: "persists_when_it_reads",
        mistake: "removes the deadline with GETEX when it gets no option",
        transcript: "15-exact-expiry/getex_without_an_option_is_get",
        server: &persists_when_it_reads::PersistsWhenItReads,
    },
    Animal {
        name: "counts_the_dead",
        mistake: "counts expired keys that no client has looked up",
        transcript: "15-exact-expiry/no_key_past_its_deadline_is_shown",
        server: &counts_the_dead::CountsTheDead,
    },
    Animal {
        name: "trusts_its_marks",
        mistake: "removes a key at the time of its first deadline, also if it has a later one since",
        transcript: "15-exact-expiry/a_later_deadline_lets_a_key_live",
        server: &trusts_its_marks::TrustsItsMarks,
    },
    Animal {
        name: "adds_all_at_once",
        mistake: "inserts the elements of an LPUSH in front of the list all at once, in their order",
        transcript: "16-lists/lpush_adds_at_the_front",
        server: &adds_all_at_once::AddsAllAtOnce,
    },
    Animal {
        name: "keeps_empty_lists",
        mistake: "keeps the key of a list without any elements",
        transcript: "16-lists/an_empty_list_is_no_key",
        server: &keeps_empty_lists::KeepsEmptyLists,
    },
    Animal {
        name: "leaves_the_end_out",
        mistake: "takes the end of a range for the first index after it",
        transcript: "16-lists/lrange_returns_a_part",
        server: &leaves_the_end_out::LeavesTheEndOut,
    },
    Animal {
        name: "shows_a_list_as_nil",
        mistake: "replies nil to GET if the value is a list",
        transcript: "16-lists/a_command_for_one_type_refuses_another",
        server: &shows_a_list_as_nil::ShowsAListAsNil,
    },
    Animal {
        name: "unwraps_a_single_element",
        mistake: "replies to LPOP with a count without an array if there is only one element",
        transcript: "16-lists/lpop_takes_a_count",
        server: &unwraps_a_single_element::UnwrapsASingleElement,
    },
    Animal {
        name: "removes_from_the_front_only",
        mistake: "counts equal elements from the front, also if the count is negative",
        transcript: "17-list-edits/lrem_removes_equal_elements",
        server: &removes_from_the_front_only::RemovesFromTheFrontOnly,
    },
    Animal {
        name: "inserts_nothing_and_says_zero",
        mistake: "replies 0 to LINSERT if no element is equal to the pivot",
        transcript: "17-list-edits/linsert_needs_a_pivot",
        server: &inserts_nothing_and_says_zero::InsertsNothingAndSaysZero,
    },
    Animal {
        name: "counts_from_where_it_starts",
        mistake: "counts the index of LPOS from the end at which it starts",
        transcript: "17-list-edits/lpos_rank_passes_over_elements",
        server: &counts_from_where_it_starts::CountsFromWhereItStarts,
    },
    Animal {
        name: "reads_both_lists_first",
        mistake: "reads both lists of an LMOVE, changes them and stores them, even if they are the same",
        transcript: "17-list-edits/lmove_rotates_a_list",
        server: &reads_both_lists_first::ReadsBothListsFirst,
    },
    Animal {
        name: "takes_before_it_looks",
        mistake: "takes the element out of the source before it looks at the type of the destination",
        transcript: "17-list-edits/lmove_changes_nothing_if_it_is_refused",
        server: &takes_before_it_looks::TakesBeforeItLooks,
    },
];

impl Animal {
    /// Returns the stage whose mistake it makes, the first part of its transcript's path.
    pub fn stage(&self) -> &'static str {
        self.transcript.split_once('/').map_or(self.transcript, |(stage, _)| stage)
    }
}
