package org.attn4j.cli.retrieval;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.Json;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.ModelOptions;
import org.attn4j.common.Require;
import org.attn4j.datasets.AnsweredQuestion;
import org.attn4j.datasets.QuestionFile;
import org.attn4j.models.metric.AnswerScore;
import org.attn4j.retrieval.Hit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ask}: answers from what was indexed. */
@Command(
        name = "ask",
        description = {
            "Answers questions from what 'index' made: finds passages, and has a model read them.",
            "A reader with a question-answering head gives a part of a passage, with its probability,"
                    + " or no answer; a model that generates writes one behind the passages and the"
                    + " question. Below it the passages, the answer's own first.",
            "With --questions, exact match and F1 over all questions of a file."
        })
public final class AskCommand implements Callable<Integer> {

    private static final int USUAL_HITS = 5;

    @Mixin private CommonOptions common;
    @Mixin private RetrievalOptions options;

    @Parameters(index = "0", paramLabel = "INDEX", description = "The folder of the index.")
    private Path index;

    @Parameters(index = "1..*", paramLabel = "QUESTION", description = "One or several questions.")
    private List<String> questions = new ArrayList<>();

    @Option(
            names = "--reader",
            paramLabel = "MODEL",
            required = true,
            description = "What answers: a folder, or org/name[@revision] of the Hub.")
    private String reader;

    @Option(
            names = "--max-answer-tokens",
            paramLabel = "N",
            description =
                    "The most tokens of an answer that is a part of a passage (default:"
                            + " ${DEFAULT-VALUE}).",
            defaultValue = "15")
    private int maxAnswerTokens;

    @Option(
            names = "--max-new-tokens",
            paramLabel = "N",
            description =
                    "The most tokens of an answer that is generated (default: ${DEFAULT-VALUE}).",
            defaultValue = "64")
    private int maxNewTokens;

    @Option(
            names = "--questions",
            paramLabel = "FILE",
            description =
                    "Questions with their answers, to score: SQuAD's JSON, or JSON lines with id,"
                            + " question, and answers or answer with answer_start.")
    private Path questionFile;

    @Option(
            names = "--passages",
            paramLabel = "FILE",
            description =
                    "The texts that questions in JSON lines name by 'passage', as JSON lines with id"
                            + " and text.")
    private Path passages;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        options.check();
        Require.atLeast("--max-answer-tokens", maxAnswerTokens, 1);
        Require.atLeast("--max-new-tokens", maxNewTokens, 1);
        Require.that(
                questions.isEmpty() == (questionFile != null)
                        && (passages == null || questionFile != null),
                "ask takes a question, or --questions with --passages where these are apart");
        Retriever.requireWords(questions);
        LuceneLog.silence(common.isVerbose());
        PrintWriter err = spec.commandLine().getErr();
        List<AnsweredQuestion> answered =
                questionFile == null
                        ? List.of()
                        : QuestionFile.of(questionFile, passages).readAll();
        try (Retriever retriever = Retriever.open(index, options, err);
                AnswerReader answers =
                        AnswerReader.load(
                                ModelOptions.folder(reader, err),
                                options.loader(retriever.manager()),
                                maxAnswerTokens,
                                maxNewTokens)) {
            if (questionFile == null) {
                answer(retriever, answers);
            } else {
                score(retriever, answers, answered);
            }
        }
        return ExitCode.DONE;
    }

    private void answer(Retriever retriever, AnswerReader answers) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Json.Elements documents = new Json.Elements(out);
        for (String question : questions) {
            List<Hit> hits = retriever.find(question, options.topK(USUAL_HITS));
            Reply reply = reply(answers, question, hits);
            if (json) {
                documents.add(document(question, reply, hits, retriever));
            } else {
                print(reply, hits, out);
            }
        }
        if (json) {
            documents.end();
        }
    }

    private Reply reply(AnswerReader answers, String question, List<Hit> hits) throws IOException {
        Reply reply = answers.reply(question, hits);
        if (reply.read() < hits.size()) {
            PrintWriter err = spec.commandLine().getErr();
            err.println(
                    "attn4j: the last %s of %s passages were left out, as the model's window has no"
                                    .formatted(hits.size() - reply.read(), hits.size())
                            + " room for them");
            err.flush();
        }
        return reply;
    }

    /** The passages that were read, the answer's own first. */
    private static List<Hit> sources(Reply reply, List<Hit> hits) {
        List<Hit> sources = new ArrayList<>(hits.subList(0, reply.read()));
        if (reply.source() != null) {
            sources.remove(reply.source());
            sources.add(0, reply.source());
        }
        return sources;
    }

    private static void print(Reply reply, List<Hit> hits, PrintWriter out) {
        String answer = reply.answer().isEmpty() ? "no answer" : reply.answer();
        String score =
                reply.score() == null ? "" : String.format(Locale.ROOT, "%.4f\t", reply.score());
        out.println(score + answer.replaceAll("\\s+", " "));
        for (Hit hit : sources(reply, hits)) {
            out.println(
                    String.format(
                            Locale.ROOT,
                            "  %.4f\t%s\t%s",
                            hit.score(),
                            Sources.shown(hit.passage()),
                            Sources.snippet(hit.passage())));
        }
    }

    private static Map<String, Object> document(
            String question, Reply reply, List<Hit> hits, Retriever retriever) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("question", question);
        document.put("answer", reply.answer().isEmpty() ? null : reply.answer());
        if (reply.source() != null) {
            document.put("score", reply.score());
            document.put("source", reply.source().passage().source());
            document.put("id", reply.source().passage().id());
            document.put("start", reply.start());
            document.put("end", reply.end());
        }
        document.put("passagesLeftOut", hits.size() - reply.read());
        document.put("scoredBy", retriever.scoreName());
        document.put("passages", sources(reply, hits).stream().map(Sources::document).toList());
        return document;
    }

    private void score(Retriever retriever, AnswerReader answers, List<AnsweredQuestion> answered)
            throws IOException {
        AnswerScore score = AnswerScore.NONE;
        for (AnsweredQuestion each : answered) {
            List<Hit> hits = retriever.find(each.question(), options.topK(USUAL_HITS));
            Reply reply = reply(answers, each.question(), hits);
            score =
                    score.plus(
                            AnswerScore.of(
                                    reply.answer(),
                                    each.answers().stream()
                                            .map(AnsweredQuestion.Span::text)
                                            .toList()));
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("questions", score.questions());
            document.put("exactMatch", score.exactPercent());
            document.put("f1", score.f1Percent());
            out.println(Json.pretty(document));
        } else {
            out.println(String.format(Locale.ROOT, "exact match\t%.2f", score.exactPercent()));
            out.println(String.format(Locale.ROOT, "f1\t%.2f", score.f1Percent()));
        }
    }
}
