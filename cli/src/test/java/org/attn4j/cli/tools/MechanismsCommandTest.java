package org.attn4j.cli.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import org.attn4j.attention.spec.AttentionProvider;
import org.attn4j.attention.spec.MechanismInfo;
import org.attn4j.attention.spec.MechanismOption;
import org.attn4j.attention.spec.Mechanisms;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.junit.jupiter.api.Test;

class MechanismsCommandTest {

    /** The text without its line breaks and indents. */
    private static String flat(String text) {
        return text.replaceAll("\\s+", " ");
    }

    @Test
    void allAreListedWithWhatOneChoosesBy() {
        Outcome list = Cli.run("mechanisms");
        assertEquals(ExitCode.DONE, list.code(), list.err());
        String text = flat(list.out());
        for (AttentionProvider provider : Mechanisms.all()) {
            MechanismInfo info = provider.info();
            assertTrue(list.out().lines().anyMatch(l -> l.startsWith(info.name() + " ")));
            assertTrue(text.contains(flat(info.purpose())), info.name());
            assertTrue(text.contains(flat(info.equation())), info.name());
            assertTrue(text.contains(flat(info.paper())), info.name());
            assertTrue(text.contains(flat(info.cost())), info.name());
            assertTrue(text.contains(flat(info.engines())), info.name());
        }
    }

    @Test
    void linesFitATerminal() {
        for (String[] args : new String[][] {{"mechanisms"}, {"mechanisms", "multi-head"}}) {
            Cli.run(args).out().lines().forEach(l -> assertTrue(l.length() <= 100, l));
        }
    }

    @Test
    void oneIsShownInFull() {
        for (AttentionProvider provider : Mechanisms.all()) {
            MechanismInfo info = provider.info();
            Outcome one = Cli.run("mechanisms", info.name());
            assertEquals(ExitCode.DONE, one.code(), one.err());
            String text = flat(one.out());
            assertTrue(text.startsWith(flat(info.title())), text);
            assertTrue(text.contains(info.file()), text);
            assertTrue(text.contains(flat(info.elsewhere())), text);
            for (MechanismOption option : info.options()) {
                assertTrue(text.contains(option.name() + " "), option.name());
                assertTrue(text.contains(flat(option.description())), option.name());
            }
        }
    }

    @Test
    void thePositionsThatGoWithItAreShown() {
        assertTrue(Cli.run("mechanisms", "multi-head").out().contains("rotary, alibi, relative"));
        assertFalse(Cli.run("mechanisms", "dot-product").out().contains("rotary"));
        assertFalse(Cli.run("mechanisms", "sentinel").out().contains("sinusoidal"));
    }

    @Test
    void jsonHoldsTheSame() {
        JsonArray all =
                JsonParser.parseString(Cli.run("mechanisms", "--json").out()).getAsJsonArray();
        assertEquals(Mechanisms.all().size(), all.size());
        JsonObject one =
                JsonParser.parseString(Cli.run("mechanisms", "grouped-query", "--json").out())
                        .getAsJsonObject();
        assertTrue(all.contains(one));
        assertEquals("grouped-query", one.get("name").getAsString());
        assertEquals(3, one.getAsJsonArray("places").size());
        JsonObject option = one.getAsJsonArray("options").get(0).getAsJsonObject();
        assertEquals("keyValueHeads", option.get("name").getAsString());
        assertTrue(option.get("default").isJsonNull());
    }

    @Test
    void anUnknownOneIsWrongUsage() {
        Outcome outcome = Cli.run("mechanisms", "multi-heat");
        assertEquals(ExitCode.USAGE, outcome.code());
        assertEquals("", outcome.out());
        assertTrue(outcome.err().contains("did you mean 'multi-head'"), outcome.err());
        assertFalse(outcome.err().contains("\tat "), outcome.err());
    }
}
