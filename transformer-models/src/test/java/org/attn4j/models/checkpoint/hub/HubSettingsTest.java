package org.attn4j.models.checkpoint.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubSettingsTest {

    @TempDir Path home;

    private HubSettings from(String... pairs) {
        java.util.Map<String, String> environment = new java.util.HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            environment.put(pairs[i], pairs[i + 1]);
        }
        return HubSettings.from(environment, home);
    }

    @Test
    void theFolderIsTheOneThatPythonUses() {
        assertEquals(home.resolve(".cache/huggingface/hub"), from().cache());
        assertEquals(Path.of("/x/huggingface/hub"), from("XDG_CACHE_HOME", "/x").cache());
        assertEquals(Path.of("/h/hub"), from("HF_HOME", "/h", "XDG_CACHE_HOME", "/x").cache());
        assertEquals(home.resolve("h/hub"), from("HF_HOME", "~/h").cache());
        assertEquals(Path.of("/c"), from("HF_HUB_CACHE", "/c", "HF_HOME", "/h").cache());
    }

    @Test
    void theTokenComesFromTheEnvironmentOrItsFile() throws IOException {
        assertNull(from().token());
        Files.createDirectories(home.resolve(".cache/huggingface"));
        Files.writeString(home.resolve(".cache/huggingface/token"), "hf_file\n");
        assertEquals("hf_file", from().token());
        assertEquals("hf_env", from("HF_TOKEN", "hf_env").token());
        assertNull(from("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1").token());
        assertNull(from("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1", "HF_TOKEN", "hf_env").token());
    }

    @Test
    void theTokenIsNotSentInTheClear() {
        HubSettings mirror = from("HF_TOKEN", "t", "HF_ENDPOINT", "http://mirror.example");
        assertFalse(mirror.trusts(URI.create("http://mirror.example/x")));
        HubSettings hub = from("HF_TOKEN", "t");
        assertTrue(hub.trusts(URI.create("https://huggingface.co/x")));
        assertFalse(hub.trusts(URI.create("https://cdn.example/x")));
        assertFalse(hub.trusts(URI.create("https://huggingface.co:444/x")));
    }

    @Test
    void offlineIsAskedForInTheirWords() {
        assertFalse(from("HF_HUB_OFFLINE", "0").offline());
        assertTrue(from("HF_HUB_OFFLINE", "1").offline());
        assertTrue(from("TRANSFORMERS_OFFLINE", "YES").offline());
        assertFalse(from("HF_HUB_OFFLINE", "0", "TRANSFORMERS_OFFLINE", "1").offline());
    }

    @Test
    void whatAVariableCannotHoldIsSaidWithItsName() {
        for (String[] pair :
                List.of(
                        new String[] {"HF_ENDPOINT", "huggingface.co"},
                        new String[] {"HF_ENDPOINT", "file:///etc"},
                        new String[] {"HF_HUB_DOWNLOAD_TIMEOUT", "soon"},
                        new String[] {"HTTPS_PROXY", "socks5://p"})) {
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> from(pair));
            assertTrue(e.getMessage().contains(pair[0]), e.getMessage());
        }
    }

    @Test
    void proxiesAreThoseOfTheEnvironment() {
        ProxySelector proxies = from("https_proxy", "http://proxy:3128").proxies();
        assertEquals(
                InetSocketAddress.createUnresolved("proxy", 3128),
                proxies.select(URI.create("https://huggingface.co/x")).get(0).address());
        assertTrue(from("HF_HUB_OFFLINE", "1", "ALL_PROXY", "socks5://p").offline());
    }

    /** Each variable of a folder or file, as Python's client reads them. */
    @Test
    void homeAndVariablesInPathsAreFollowed() throws IOException {
        Path cache = home.resolve("big/hub");
        assertEquals(cache, from("HF_HOME", "~/big").cache());
        assertEquals(cache, from("HF_HOME", "$BIG", "BIG", home + "/big").cache());
        assertEquals(cache, from("HF_HUB_CACHE", "~/${NAME}/hub", "NAME", "big").cache());
        assertEquals(cache, from("HUGGINGFACE_HUB_CACHE", "~/big/hub").cache());
        assertEquals(home.resolve("big/huggingface/hub"), from("XDG_CACHE_HOME", "~/big").cache());
        assertEquals(Path.of("/ann/.cache/huggingface/hub"), from("HOME", "/ann").cache());
        Files.writeString(home.resolve("secret"), "hf_file");
        assertEquals("hf_file", from("HF_TOKEN_PATH", "~/secret").token());
    }

    @Test
    void lineEndsAreNoPartOfAToken() throws IOException {
        assertEquals("hf_ab", from("HF_TOKEN", " hf_a\r\nb\n").token());
        Files.createDirectories(home.resolve(".cache/huggingface"));
        Files.writeString(home.resolve(".cache/huggingface/token"), "hf_fi\nle\n");
        assertEquals("hf_file", from().token());
        assertEquals("hf_file", from("HF_TOKEN", "\n").token());
    }

    @ParameterizedTest
    @ValueSource(strings = {"hf_SECRET\nX: 1", "hf SECRET", "hf_SECRET\u0000", "hf_SECRET\u00e9"})
    void aTokenThatNoHeaderCanHoldIsRefusedUnseen(String token) throws IOException {
        Files.createDirectories(home.resolve(".cache/huggingface"));
        Files.writeString(home.resolve(".cache/huggingface/token"), token);
        for (String[] pairs : List.of(new String[] {"HF_TOKEN", token}, new String[0])) {
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> from(pairs));
            assertFalse(e.toString().contains("SECRET"), e.toString());
            assertNull(e.getCause());
            assertTrue(e.getMessage().contains("HF_TOKEN"), e.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://user:SECRET@hub.example",
                "https://user:SEC RET@hub.example",
                "user:SECRET@hub.example",
                "http://user:SEC@RET@hub.example/x",
            })
    void aPasswordInTheEndpointIsRefusedUnseen(String endpoint) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> from("HF_ENDPOINT", endpoint));
        assertFalse(e.toString().contains("SEC"), e.toString());
        assertNull(e.getCause());
        assertTrue(e.getMessage().contains("hub.example"), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a/b/c",
                "../x",
                "a--b/c",
                "org/.hidden",
                "org/name.git",
                "org/name@",
                "a b/c",
                "org/na\u0000me",
                "org/x@../main",
                "org/name-",
                "@main"
            })
    void whatIsNoNameIsRefused(String text) {
        assertFalse(HubModel.isName(text), text);
    }

    @Test
    void namesAreReadWithTheirRevision() {
        assertEquals(new HubModel("org/name", "main"), HubModel.parse("org/name"));
        assertEquals(new HubModel("gpt2", "main"), HubModel.parse("gpt2"));
        assertEquals(new HubModel("org/name", "refs/pr/1"), HubModel.parse("org/name@refs/pr/1"));
        assertTrue(HubModel.parse("o/n@" + HubServer.COMMIT).isPinned());
        assertEquals("org/n.a_me-1", HubModel.parse("org/n.a_me-1").toString());
    }
}
