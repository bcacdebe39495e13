package org.attn4j.cli.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.Failures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class BleuCommandTest {

    private static final String HYPOTHESIS = "The cat sat down.\n";
    private static final String REFERENCE = "The cat sat right down.\n";

    @TempDir Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void printsALineForEachMetric() throws IOException {
        int code =
                run(
                        "--reference",
                        file("ref", REFERENCE),
                        "--hypothesis",
                        file("hyp", "The cat sat right down.\n"),
                        "--metrics",
                        "bleu,chrf,chrf++,TER");
        assertEquals(ExitCode.DONE, code, err.toString());
        assertEquals(
                List.of(
                        "BLEU|nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0 = 100.00"
                                + " 100.0/100.0/100.0/100.0 (BP = 1.000 ratio = 1.000 hyp_len = 6"
                                + " ref_len = 6)",
                        "chrF2|nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:2.6.0 ="
                                + " 100.00",
                        "chrF2++|nrefs:1|case:mixed|eff:yes|nc:6|nw:2|space:no|version:2.6.0 ="
                                + " 100.00",
                        "TER|nrefs:1|case:lc|tok:tercom|norm:no|punct:yes|asian:no|version:2.6.0"
                                + " = 0.00"),
                out.toString().lines().toList());
        assertEquals("", err.toString());
    }

    @Test
    void readsStandardInputAndSeveralReferences() throws IOException {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(HYPOTHESIS.getBytes(StandardCharsets.UTF_8)));
        try {
            int code =
                    run(
                            "--json",
                            "--lowercase",
                            "--tokenize",
                            "intl",
                            "--reference",
                            file("one", REFERENCE),
                            file("two", "the CAT sat down.\n"));
            assertEquals(ExitCode.DONE, code, err.toString());
        } finally {
            System.setIn(before);
        }
        JsonObject bleu =
                JsonParser.parseString(out.toString())
                        .getAsJsonObject()
                        .getAsJsonObject("metrics")
                        .getAsJsonObject("bleu");
        assertEquals(100, bleu.get("score").getAsDouble(), 1e-9);
        assertEquals(
                "nrefs:2|case:lc|eff:no|tok:intl|smooth:exp|version:2.6.0",
                bleu.get("signature").getAsString());
        assertEquals(5, bleu.get("sys_len").getAsInt());
    }

    @Test
    void differentLineCountsAreNamed() throws IOException {
        String reference = file("ref", "a\nb\n");
        String hypothesis = file("hyp", "a\n");
        assertEquals(ExitCode.FAILED, run("--reference", reference, "--hypothesis", hypothesis));
        assertEquals(
                "attn4j: "
                        + hypothesis
                        + " has 1 lines and "
                        + reference
                        + " has 2: each translation needs its reference on the same line\n",
                err.toString());
        assertEquals("", out.toString());
    }

    @Test
    void emptyInputIsNamed() throws IOException {
        String hypothesis = file("hyp", "");
        assertEquals(
                ExitCode.FAILED, run("--reference", file("ref", ""), "--hypothesis", hypothesis));
        assertEquals(
                "attn4j: " + hypothesis + " is empty: give a translation a line\n", err.toString());
    }

    @Test
    void wrongEncodingIsNamed() throws IOException {
        Path hypothesis = folder.resolve("latin1");
        Files.write(hypothesis, "a\né\n".getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(
                ExitCode.FAILED,
                run("--reference", file("ref", "a\nb\n"), "--hypothesis", hypothesis.toString()));
        assertEquals(
                "attn4j: "
                        + hypothesis
                        + ", line 2, is not UTF-8 (byte 0xE9 at byte 1 of the line): convert the"
                        + " file, for example with iconv -f ISO-8859-1 -t UTF-8\n",
                err.toString());
    }

    @Test
    void missingFileIsNamed() throws IOException {
        Path missing = folder.resolve("missing");
        assertEquals(
                ExitCode.FAILED,
                run("--reference", missing.toString(), "--hypothesis", file("hyp", "a\n")));
        assertEquals("attn4j: " + missing + " does not exist: check the path\n", err.toString());
    }

    @Test
    void wrongOptionsAreWrongUsage() throws IOException {
        String reference = file("ref", "a\n");
        assertEquals(ExitCode.USAGE, run("--reference", reference, "--metrics", "bleu,meteor"));
        assertEquals(
                "attn4j: metrics must be among bleu, chrf, chrf++, ter, got metrics=meteor\n",
                err.toString());
        err.getBuffer().setLength(0);
        assertEquals(ExitCode.USAGE, run("--reference", reference, "--tokenize", "13b"));
        assertEquals(
                "attn4j: tokenize must be one of 13a, intl, none, char, zh, got tokenize=13b\n",
                err.toString());
        assertEquals(ExitCode.USAGE, run());
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    private int run(String... args) {
        return new CommandLine(new BleuCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .setParameterExceptionHandler(Failures::onWrongUsage)
                .setExecutionExceptionHandler(Failures::onException)
                .execute(args);
    }
}
