package org.attn4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A mechanism that somebody else adds by a service file alone is one like all others. */
@Tag("engine")
class ThirdPartyMechanismTest {

    @TempDir private Path folder;

    @Test
    void itIsListed() {
        Outcome list = Cli.run("mechanisms");
        assertEquals(ExitCode.DONE, list.code(), list.err());
        assertTrue(list.out().contains("running-mean"), list.out());
        Outcome one = Cli.run("mechanisms", "running-mean");
        assertEquals(ExitCode.DONE, one.code(), one.err());
        assertTrue(one.out().contains("Zhang et al. 2018"), one.out());
    }

    @Test
    void itIsTrainedResumedAndTranslatesAndIsRefusedWhereItDoesNotFit() throws Exception {
        Path out = folder.resolve("run");
        Outcome trained =
                Cli.trainTiny(
                        out,
                        "--set",
                        "model.attention.self={mechanism: running-mean, bias: false}",
                        "--max-steps",
                        "6");
        assertEquals(ExitCode.DONE, trained.code(), trained.err());
        String config = Files.readString(out.resolve("config.json"));
        assertTrue(config.contains("\"mechanism\": \"running-mean\""), config);
        Outcome resumed =
                Cli.run("train", "--resume", "--out", out.toString(), "--engine", Cli.ENGINE);
        assertEquals(ExitCode.DONE, resumed.code(), resumed.err());
        Outcome translated =
                Cli.run("translate", "--model", out.toString(), "--engine", Cli.ENGINE, "1 2 3");
        assertEquals(ExitCode.DONE, translated.code(), translated.err());

        Outcome refused =
                Cli.trainTiny(
                        folder.resolve("other"), "--set", "model.attention.cross=running-mean");
        assertEquals(ExitCode.USAGE, refused.code());
        assertTrue(refused.err().contains("its weights follow no query"), refused.err());
        assertTrue(refused.err().contains("encoder-self"), refused.err());
    }

    @Test
    void itIsCompared() {
        List<String> args = new ArrayList<>(List.of("compare", "copy"));
        args.addAll(Cli.TINY);
        args.addAll(List.of("--mechanisms", "multi-head,{mechanism: running-mean, bias: false}"));
        args.addAll(List.of("--max-steps", "4", "--json", "--engine", Cli.ENGINE));
        args.addAll(List.of("--threads", "1", "--runs", folder.resolve("runs").toString()));
        Outcome outcome = Cli.run(args.toArray(String[]::new));
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        JsonArray rows =
                JsonParser.parseString(outcome.out()).getAsJsonObject().getAsJsonArray("rows");
        assertEquals(2, rows.size());
        var own = rows.get(1).getAsJsonObject();
        assertEquals("running-mean (bias=false)", own.get("label").getAsString());
        assertEquals(2, own.getAsJsonArray("places").size());
        assertTrue(own.get("entropy").getAsDouble() > 0);
        // D² weights in place of 4 D² + 4 D, in two layers
        long multiHead = rows.get(0).getAsJsonObject().get("parameters").getAsLong();
        assertEquals(multiHead - 2 * (3 * 16 * 16 + 4 * 16), own.get("parameters").getAsLong());
    }
}
