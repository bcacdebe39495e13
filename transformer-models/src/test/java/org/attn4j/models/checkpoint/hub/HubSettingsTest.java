package org.attn4j.models.checkpoint.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
        var proxies =
                EnvironmentProxies.from(
                        Map.of(
                                "https_proxy", "http://user:secret@proxy:3128",
                                "NO_PROXY", "localhost, .example.org"));
        Proxy proxy = proxies.select(URI.create("https://huggingface.co/x")).get(0);
        assertEquals(InetSocketAddress.createUnresolved("proxy", 3128), proxy.address());
        for (String direct : List.of("https://localhost/", "https://a.example.org/", "http://b/")) {
            assertEquals(List.of(Proxy.NO_PROXY), proxies.select(URI.create(direct)), direct);
        }
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
