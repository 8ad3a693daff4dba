//! Numbers of 80 bits: read, added and written as C does it, whatever comes.

use std::time::{Duration, Instant};

use allocation_counter::measure;
use proptest::prelude::*;

use crate::corpus::from_echo::hostile::config;
use crate::corpus::from_echo::request::{shown, words};
use crate::subject::Subject;
use crate::subject::stage::long_double::LongDouble;

/// Returns how a number is written, or that it is none.
fn written(text: &str) -> String {
    LongDouble::parse(text.as_bytes()).map_or("none".into(), |number| number.to_string())
}

#[test]
fn a_number_is_read_and_written_as_c_does_it() {
    for (text, expected) in [
        ("0", "0"),
        ("-0", "0"),
        ("-0.0", "0"),
        ("+5", "5"),
        ("00012", "12"),
        (".5", "0.5"),
        ("-.5", "-0.5"),
        ("5.", "5"),
        ("3.0", "3"),
        ("1e3", "1000"),
        ("1E+3", "1000"),
        ("1e-17", "0.00000000000000001"),
        ("4e-18", "0"),
        ("-4e-18", "0"),
        ("6e-18", "0.00000000000000001"),
        // Exactly between two: the even one.
        ("0.000003814697265625", "0.00000381469726562"),
        ("0.000011444091796875", "0.00001144409179688"),
        ("-0.000003814697265625", "-0.00000381469726562"),
        ("0.1", "0.1"),
        ("1000000000000000.12345678901234567", "1000000000000000.12347412109375"),
        ("99999999999999999.99999999999999999", "100000000000000000"),
        ("18446744073709551615", "18446744073709551615"),
        ("18446744073709551617", "18446744073709551616"),
        ("123456789012345678901234567890", "123456789012345678899921813504"),
        ("0x10", "16"),
        ("0X1.8P1", "3"),
        ("0x.8", "0.5"),
        ("0x1p+5", "32"),
        ("0e99999999999999999999", "0"),
        ("0x0.0p-99999", "0"),
        ("1e-4940", "0"),
        ("3.6e-4951", "0"),
        ("1e-4951", "none"),
        ("-1e-5000", "none"),
        ("1e-99999999999999999999", "none"),
        ("0x0e1p-99999", "none"),
        ("1e5000", "none"),
        ("1e99999999999999999999", "none"),
        ("0x1p16384", "none"),
        ("1.18973149535723176509e+4932", "none"),
        ("", "none"),
        ("-", "none"),
        ("+-5", "none"),
        (".", "none"),
        ("1e", "none"),
        ("1e+", "none"),
        ("0x", "none"),
        ("0x.", "none"),
        ("0xp0", "none"),
        ("0x1p", "none"),
        ("1p3", "none"),
        ("1.2.3", "none"),
        ("1e5.5", "none"),
        ("1,5", "none"),
        ("1_0", "none"),
        (" 5", "none"),
        ("5 ", "none"),
        ("5\0", "none"),
        ("\u{ff11}", "none"),
        ("nan", "none"),
        ("snan", "none"),
        ("-nan(1)", "none"),
        ("infinit", "none"),
        ("x", "none"),
    ] {
        assert_eq!(written(text), expected, "{text:?}");
    }
    assert_eq!(LongDouble::parse(b"\xff"), None);
}

#[test]
fn infinity_is_a_number_that_no_sum_has() {
    let parse = |text: &str| LongDouble::parse(text.as_bytes()).expect("a number");
    for infinity in ["inf", "INF", "+Infinity", "-inf", "-iNfInItY"] {
        for other in ["1", "-1e4000", "inf", "-inf"] {
            assert_eq!(parse(infinity).checked_add(parse(other)), None, "{infinity} + {other}");
        }
    }
    assert_eq!(parse("1e4932").checked_add(parse("1e4932")), None);
}

#[test]
fn what_is_long_or_large_costs_little() {
    let digits = |digit: &str, length: usize| digit.repeat(length);
    for (text, length) in [
        (digits("9", 4932), Some(4933)),
        (digits("9", 5119), None),
        (digits("9", 5120), None),
        (digits("9", 20_000), None),
        (digits("0", 5119), Some(1)),
        (digits("0", 5120), None),
        (format!("0.{}1", digits("0", 5000)), None),
        (format!("1.{}", digits("7", 5000)), Some(19)),
        ("1e4932".into(), Some(4933)),
        ("-1e4932".into(), Some(4934)),
        ("1e2147483647".into(), None),
        ("1e-2147483648".into(), None),
        ("1e9223372036854775807".into(), None),
        (format!("1e{}", digits("9", 5000)), None),
        (format!("0x{}", digits("f", 5000)), None),
        (format!("0x{}p-19900", digits("f", 5000)), Some(31)),
    ] {
        let start = Instant::now();
        let mut found = None;
        let taken = measure(|| {
            found = LongDouble::parse(text.as_bytes()).map(|number| number.to_string().len());
        });
        let name = &text[..text.len().min(20)];
        assert_eq!(found, length, "{name}");
        assert!(taken.bytes_max < 256 * 1024, "{name}: {} bytes", taken.bytes_max);
        assert!(start.elapsed() < Duration::from_millis(500), "{name}: {:?}", start.elapsed());
    }
}

#[test]
fn a_sum_keeps_the_deadline_and_is_the_new_value() {
    let mut subject = Subject::default();
    for (request, reply) in [
        ("SET k 3.0 PX 1000", r"+OK\r\n"),
        ("INCRBYFLOAT k 1.1", r"$3\r\n4.1\r\n"),
        ("PTTL k", r":1000\r\n"),
        ("GET k", r"$3\r\n4.1\r\n"),
        ("INCRBYFLOAT k x", r"-ERR value is not a valid float\r\n"),
        ("INCRBYFLOAT k inf", r"-ERR increment would produce NaN or Infinity\r\n"),
        ("GET k", r"$3\r\n4.1\r\n"),
        ("INCRBYFLOAT new -1.50", r"$4\r\n-1.5\r\n"),
        ("SET k x", r"+OK\r\n"),
        ("INCRBYFLOAT k 1", r"-ERR value is not a valid float\r\n"),
        ("INCR new", r"-ERR value is not an integer or out of range\r\n"),
        ("OBJECT REFCOUNT new", r":1\r\n"),
        ("OBJECT REFCOUNT nokey", r"$-1\r\n"),
    ] {
        assert_eq!(shown(&subject.execute(&words(request))), reply, "{request}");
    }
}

const SEEDS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/core/14-incr-append/numbers.seeds");

proptest! {
    #![proptest_config(config(SEEDS))]

    #[test]
    fn integers_of_64_bits_are_exact(one in any::<i64>(), other in any::<i64>()) {
        let parse = |number: i64| LongDouble::parse(number.to_string().as_bytes()).expect("a number");
        prop_assert_eq!(parse(one).to_string(), one.to_string());
        let sum = i128::from(one) + i128::from(other);
        prop_assert_eq!(parse(one).checked_add(parse(other)).map(|sum| sum.to_string()), Some(sum.to_string()));
    }

    #[test]
    fn a_few_digits_come_back(whole in 0..100_u64, fraction in "[0-9]{0,15}[1-9]") {
        let text = format!("{whole}.{fraction}");
        prop_assert_eq!(written(&text), text);
    }

    #[test]
    fn what_is_written_is_read_as_the_same(bits in any::<u64>(), exponent in -60..16_000_i32) {
        // Below 2^-60 and beyond 17 digits, what is written is rounded.
        let text = format!("0x{bits:x}p{exponent}");
        if let Some(number) = LongDouble::parse(text.as_bytes()) {
            let again = LongDouble::parse(number.to_string().as_bytes()).expect("a number");
            prop_assert_eq!(again.to_string(), number.to_string());
            prop_assert!(exponent < 0 || again == number, "{text}");
        }
    }

    #[test]
    fn no_bytes_are_too_strange(bytes in any::<Vec<u8>>(), text in "[-+.0-9a-fA-FxXpPeEiInN]{0,12}") {
        for text in [&bytes[..], text.as_bytes()] {
            if let Some(number) = LongDouble::parse(text) {
                prop_assert!(!number.to_string().is_empty());
            }
        }
    }
}
