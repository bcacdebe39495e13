package org.attn4j.benchmarks;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.Json;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.cli.option.ModelOptions;
import org.attn4j.cli.tools.Benchmarks;
import org.attn4j.common.Require;

/** The benchmarks of {@code attn4j bench}. */
public final class EngineBenchmarks implements Benchmarks {

    private static final int WARM_UPS = 2;

    /** Creates the benchmarks; the service loader calls this. */
    public EngineBenchmarks() {}

    @Override
    public int run(Request request, PrintWriter out, PrintWriter err) throws IOException {
        Require.that(
                request.engine().engineName().equals(EngineOptions.PYTORCH),
                "bench measures %s, got --engine %s",
                EngineOptions.PYTORCH,
                request.engine().engineName());
        Document before = request.compared() == null ? null : Document.read(request.compared());
        boolean sentences = request.subject().readsTexts();
        Path model = sentences ? ModelOptions.folder(request.model(), err) : null;
        Require.that(
                model == null || Files.isDirectory(model),
                "--model %s is no folder: give that of all-MiniLM-L6-v2, or its name",
                model);
        EngineOptions.Chosen chosen = request.engine().open();
        Require.that(
                !chosen.device().isGpu(),
                "bench measures CPU time: use --device cpu, got %s",
                chosen.device());
        try (OnnxFiles onnx = sentences ? new OnnxFiles() : null;
                NDManager manager = chosen.newManager()) {
            Settings settings =
                    new Settings(
                            manager,
                            chosen.threads(),
                            model,
                            onnx == null ? null : onnx.folder(),
                            torch(request, chosen.threads(), err));
            Document document = measure(request, settings, err);
            List<Change> changes = before == null ? List.of() : Change.between(before, document);
            if (request.json()) {
                out.println(Json.pretty(document.with(changes)));
            } else {
                Tables.print(document, changes, out);
            }
            return changes.stream().anyMatch(Change::isTwiceAsBad)
                    ? ExitCode.FAILED
                    : ExitCode.DONE;
        }
    }

    private static TorchPeer torch(Request request, int threads, PrintWriter err) {
        if (!request.subject().asksPython()) {
            return TorchPeer.NONE;
        }
        TorchPeer torch = TorchPeer.of(request.python(), threads);
        if (torch.python() == null) {
            err.println(
                    "attn4j: "
                            + request.python()
                            + " has no torch: measuring without it, see --python");
        }
        return torch;
    }

    private static Document measure(Request request, Settings settings, PrintWriter err)
            throws IOException {
        List<Row> rows = new ArrayList<>();
        for (Measurement measurement : Catalogue.of(request.subject(), settings)) {
            err.println("attn4j: measuring " + measurement.name() + " …");
            rows.addAll(
                    measurement.opening()
                            ? opening(measurement, request, settings)
                            : running(measurement, request, settings));
        }
        return Document.of(settings, request.rounds(), rows);
    }

    private static List<Row> running(Measurement measurement, Request request, Settings settings)
            throws IOException {
        List<Times> times = new Rounds(WARM_UPS, request.rounds()).time(measurement);
        List<Long> peaks = new ArrayList<>();
        for (Contender contender : measurement.contenders()) {
            peaks.add(
                    request.memory()
                            ? ContenderProcess.run(
                                            measurement, contender, request.engine(), settings)
                                    .peakBytes()
                            : null);
        }
        return Rows.of(measurement, times, peaks);
    }

    /** Times loading, each time in a new process, after one that brings the files into memory. */
    private static List<Row> opening(Measurement measurement, Request request, Settings settings)
            throws IOException {
        List<Contender> contenders = measurement.contenders();
        List<Times> times = new ArrayList<>();
        List<Long> peaks = new ArrayList<>();
        List<float[]> ours = List.of();
        for (Contender contender : contenders) {
            ContenderProcess.Result first =
                    ContenderProcess.run(measurement, contender, request.engine(), settings);
            ours = times.isEmpty() ? first.values() : ours;
            Agreement.check(measurement.name(), contender, ours, first.values());
            times.add(Times.ofRounds(request.rounds()));
            peaks.add(first.peakBytes());
        }
        for (int round = 0; round < request.rounds(); round++) {
            for (int i = 0; i < contenders.size(); i++) {
                ContenderProcess.Result next =
                        ContenderProcess.run(
                                measurement, contenders.get(i), request.engine(), settings);
                times.get(i).set(round, next.opened(), 1);
            }
        }
        return Rows.of(measurement, times, peaks);
    }
}
