package org.attn4j.cli.option;

import java.io.IOException;
import java.nio.file.Path;
import org.attn4j.common.Require;
import org.attn4j.models.generate.shortlist.Shortlist;
import org.attn4j.models.task.LexicalTableFile;
import org.attn4j.models.tokenizer.ModelTokenizer;
import picocli.CommandLine.Option;

/** Among which tokens a verb that translates chooses. */
public final class ShortlistOptions {

    private static final int USUAL = 100;

    @Option(
            names = "--shortlist",
            paramLabel = "FILE",
            description =
                    "Chooses among the translations of each text's tokens by a lexical table, as"
                            + " 'shortlist' or Marian's tools write it; faster, and seldom different.")
    private Path file;

    @Option(
            names = "--shortlist-frequent",
            paramLabel = "N",
            description =
                    "How many of the most frequent tokens may always come as well (default: 100).")
    private Integer frequent;

    @Option(
            names = "--shortlist-best",
            paramLabel = "M",
            description = "How many translations of each of the text's tokens (default: 100).")
    private Integer best;

    /** Refuses what makes no sense, before anything is loaded. */
    public void check() {
        Require.that(
                file != null || frequent == null && best == null,
                "--shortlist-frequent and --shortlist-best go together with --shortlist");
        Require.atLeast("--shortlist-frequent", frequent == null ? USUAL : frequent, 0);
        Require.atLeast("--shortlist-best", best == null ? USUAL : best, 1);
    }

    /** The shortlist for a model; null for none. */
    public Shortlist of(ModelTokenizer tokenizer) throws IOException {
        return file == null
                ? null
                : LexicalTableFile.shortlist(
                        file,
                        tokenizer,
                        frequent == null ? USUAL : frequent,
                        best == null ? USUAL : best);
    }
}
