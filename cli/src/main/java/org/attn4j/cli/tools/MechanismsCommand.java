package org.attn4j.cli.tools;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.attn4j.attention.spec.AttentionProvider;
import org.attn4j.attention.spec.AttentionSlot;
import org.attn4j.attention.spec.MechanismInfo;
import org.attn4j.attention.spec.MechanismOption;
import org.attn4j.attention.spec.Mechanisms;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.Json;
import org.attn4j.cli.io.Wrapping;
import org.attn4j.cli.option.CommonOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mechanisms}: the attention mechanisms, or all about one of them. */
@Command(
        name = "mechanisms",
        description = {
            "Lists the attention mechanisms, or shows one in full.",
            "What each is for, its equation, paper, cost and engines; of one also its options and the"
                    + " places where it may stand."
        })
public final class MechanismsCommand implements Callable<Integer> {

    private static final int WIDTH = 100;

    @Mixin private CommonOptions common;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "The one to show in full.")
    private String name;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (name != null) {
            MechanismInfo info = Mechanisms.named(name).info();
            if (json) {
                out.println(Json.pretty(document(info)));
            } else {
                printInFull(info, out);
            }
            return ExitCode.DONE;
        }
        List<MechanismInfo> all = Mechanisms.all().stream().map(AttentionProvider::info).toList();
        if (json) {
            out.println(Json.pretty(all.stream().map(MechanismsCommand::document).toList()));
        } else {
            printTable(all, out);
        }
        return ExitCode.DONE;
    }

    private static void printTable(List<MechanismInfo> all, PrintWriter out) {
        int indent = 2 + all.stream().mapToInt(info -> info.name().length()).max().orElse(0);
        String margin = " ".repeat(indent);
        for (MechanismInfo info : all) {
            print(info.name(), Wrapping.lines(info.purpose(), WIDTH - indent), indent, out);
            Map<String, String> rows = new LinkedHashMap<>();
            rows.put("equation", info.equation());
            rows.put("paper", info.paper());
            rows.put("cost", info.cost());
            rows.put("engines", info.engines());
            rows.put("places", places(info));
            int deeper = indent + "equation  ".length();
            rows.forEach(
                    (label, text) ->
                            print(
                                    margin + label,
                                    Wrapping.lines(text, WIDTH - deeper),
                                    deeper,
                                    out));
        }
    }

    private static void printInFull(MechanismInfo info, PrintWriter out) {
        Map<String, String> rows = new LinkedHashMap<>();
        rows.put("name", info.name());
        if (!info.aliases().isEmpty()) {
            rows.put("also", String.join("; ", info.aliases()));
        }
        rows.put("for", info.purpose());
        rows.put("equation", info.equation());
        rows.put("paper", info.paper());
        rows.put("cost", info.cost());
        rows.put("engines", info.engines());
        rows.put("places", places(info));
        if (!info.elsewhere().isEmpty()) {
            rows.put("elsewhere", info.elsewhere());
        }
        if (!positions(info).isEmpty()) {
            rows.put("positions", String.join(", ", positions(info)));
        }
        rows.put("class", info.file());
        out.println(info.title());
        int indent = 12;
        rows.forEach(
                (label, text) -> print(label, Wrapping.lines(text, WIDTH - indent), indent, out));
        if (info.options().isEmpty()) {
            print("options", List.of("none"), indent, out);
            return;
        }
        out.println("options");
        int wide = 4 + info.options().stream().mapToInt(o -> o.name().length()).max().orElse(0);
        for (MechanismOption option : info.options()) {
            String text =
                    "%s (%s%s)"
                            .formatted(
                                    option.description(),
                                    option.typeName(),
                                    option.defaultValue() == null
                                            ? ""
                                            : ", default " + option.defaultValue());
            print("  " + option.name(), Wrapping.lines(text, WIDTH - wide), wide, out);
        }
    }

    private static void print(String label, List<String> lines, int indent, PrintWriter out) {
        for (int i = 0; i < lines.size(); i++) {
            out.printf("%-" + indent + "s%s%n", i == 0 ? label : "", lines.get(i));
        }
    }

    private static String places(MechanismInfo info) {
        return info.slots().isEmpty()
                ? "no place in a sequence model"
                : info.slots().stream().map(AttentionSlot::label).collect(Collectors.joining(", "));
    }

    /** The kinds of positions that a Transformer with this self-attention can have. */
    private static List<String> positions(MechanismInfo info) {
        if (info.slots().stream().allMatch(slot -> slot == AttentionSlot.CROSS)) {
            return List.of();
        }
        List<String> positions = new ArrayList<>(List.of("sinusoidal", "learned", "none"));
        if (info.rotary()) {
            positions.add("rotary");
        }
        if (info.scoreBias()) {
            positions.addAll(List.of("alibi", "relative"));
        }
        return positions;
    }

    private static Map<String, Object> document(MechanismInfo info) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", info.name());
        document.put("aliases", info.aliases());
        document.put("title", info.title());
        document.put("purpose", info.purpose());
        document.put("equation", info.equation());
        document.put("paper", info.paper());
        document.put("cost", info.cost());
        document.put("engines", info.engines());
        document.put("places", info.slots().stream().map(AttentionSlot::label).toList());
        document.put("elsewhere", info.elsewhere());
        document.put("positions", positions(info));
        document.put("class", info.file());
        document.put("options", info.options().stream().map(MechanismsCommand::option).toList());
        return document;
    }

    private static Map<String, Object> option(MechanismOption option) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", option.name());
        document.put("type", option.typeName());
        document.put("default", option.defaultValue());
        document.put("description", option.description());
        return document;
    }
}
