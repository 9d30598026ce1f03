package io.jadegate.api.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathsTest {
    private static String canonical(String path) throws Paths.PathException {
        byte[] octets = ("--" + path + "--").getBytes(ISO_8859_1);
        return new String(Paths.canonical(octets, 2, octets.length - 2), ISO_8859_1);
    }

    private static boolean isCanonical(String path) {
        byte[] octets = path.getBytes(ISO_8859_1);
        return Paths.isCanonical(octets, 0, octets.length);
    }

    /// The first rows are the examples of RFC 3986 §5.2.4, §5.4 and §6.2.2, merged with `/b/c/d`.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    /a/b/c/./../../g      | /a/g
                    /mid/content=5/../6   | /mid/6
                    /b/c/g                | /b/c/g
                    /b/c/./g              | /b/c/g
                    /b/c/g/               | /b/c/g/
                    /b/c/.                | /b/c/
                    /b/c/./               | /b/c/
                    /b/c/..               | /b/
                    /b/c/../              | /b/
                    /b/c/../g             | /b/g
                    /b/c/../..            | /
                    /b/c/../../           | /
                    /b/c/../../g          | /g
                    /b/c/../../../g       | /g
                    /b/c/../../../../g    | /g
                    /../g                 | /g
                    /b/c/g.               | /b/c/g.
                    /b/c/.g               | /b/c/.g
                    /b/c/g..              | /b/c/g..
                    /b/c/..g              | /b/c/..g
                    /b/c/./g/.            | /b/c/g/
                    /b/c/g/./h            | /b/c/g/h
                    /b/c/g/../h           | /b/c/h
                    /b/c/g;x=1/./y        | /b/c/g;x=1/y
                    /b/c/g;x=1/../y       | /b/c/y
                    /%7Esmith/home        | /~smith/home
                    /%7esmith             | /~smith
                    /%c3%a9               | /%C3%A9
                    /a%2fb                | !
                    /a%2Fb                | !
                    /a%5cb                | !
                    /a%00b                | !
                    /a%                   | !
                    /a%4                  | !
                    /a%4g                 | !
                    /a\\b                  | !
                    /a b                  | !
                    /%2e%2e/g             | /g
                    /a/%2E./g             | /g
                    /a/.%2e               | /
                    /a/%2e                | /a/
                    /%252e%252e/g         | /%252e%252e/g
                    //a///b//             | /a/b/
                    //                    | /
                    /.                    | /
                    /..                   | /
                    /...                  | /...
                    /a//../b              | /b
                    /a/..;/b              | !
                    /a/.;x=1/b            | !
                    /a/%2e%2E;            | !
                    /a/..%3b/b            | !
                    /a/...;/b             | /a/...;/b
                    /a/.b;/c              | /a/.b;/c
                    /a/;/b                | /a/;/b
                    /a%25b                | /a%25b
                    /%41%5a               | /AZ
                    /a[1]^/..             | /
                    /a[1]^b/./            | /a%5B1%5D%5Eb/
                    /a{b}                 | !
                    /a`b                  | !
                    /a<b>                 | !
                    """)
    void canonicalForm(String path, String expected) throws Paths.PathException {
        if (expected.equals("!")) {
            assertThatExceptionOfType(Paths.PathException.class).isThrownBy(() -> canonical(path));
        } else {
            assertThat(canonical(path)).isEqualTo(expected);
        }
    }

    @Test
    void aBarIsEscapedAsItsEscapeWouldBeWritten() throws Paths.PathException {
        assertThat(canonical("/a|b|")).isEqualTo("/a%7Cb%7C").isEqualTo(canonical("/a%7cb%7C"));
    }

    @Test
    void aCanonicalPathStaysAsItIs() {
        SplittableRandom random = new SplittableRandom(3986);
        String[] parts = {
            "/", "/", ".", "..", "a", "%2e", "%2E", "%41", "%c3", "%7e", "%25", "%2", "2e", ";",
            "=", "[", "|"
        };
        int made = 0;
        for (int i = 0; i < 50_000; i++) {
            StringBuilder path = new StringBuilder("/");
            for (int length = random.nextInt(12); length > 0; length--) {
                path.append(parts[random.nextInt(parts.length)]);
            }
            try {
                String once = canonical(path.toString());
                made++;
                assertThat(canonical(once)).isEqualTo(once);
                assertThat(once).startsWith("/").doesNotContain("//");
                assertThat(once + "/").doesNotContain("/./").doesNotContain("/../");
                if (isCanonical(path.toString())) {
                    assertThat(once).isEqualTo(path.toString());
                }
            } catch (Paths.PathException e) {
                assertThat(e.offset()).isBetween(0, path.length() - 1);
            }
        }
        assertThat(made).isGreaterThan(20_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/a", "/a/b/", "/a;b=c,d", "/a:@!$&'()*+"})
    void seesAtOnceThatAPlainPathIsCanonical(String path) throws Paths.PathException {
        assertThat(isCanonical(path)).isTrue();
        assertThat(canonical(path)).isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "//", "/a//", "/./", "/../a", "/a/..", "/%41", "/a?b", "/\\"})
    void doesNotTakeAnyOtherForCanonicalAtOnce(String path) {
        assertThat(isCanonical(path)).isFalse();
    }

    @Test
    void aQueryMayHoldWhatBrowsersSendAndNoControlCharacter() {
        byte[] fine = "a=b&c=[d]|{e}^`%20?/".getBytes(ISO_8859_1);
        assertThat(Paths.isQuery(fine, 0, fine.length)).isTrue();
        for (char c : " \"<>#\\\u0000\r\n\u007f\u0080\u00ff".toCharArray()) {
            assertThat(Paths.isQuery(new byte[] {(byte) c}, 0, 1)).isFalse();
        }
    }
}
