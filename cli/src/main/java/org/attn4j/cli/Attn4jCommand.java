package org.attn4j.cli;

import org.attn4j.cli.attention.AblateCommand;
import org.attn4j.cli.attention.AttendCommand;
import org.attn4j.cli.attention.DiffCommand;
import org.attn4j.cli.attention.HeadsCommand;
import org.attn4j.cli.attention.VisualizeCommand;
import org.attn4j.cli.compare.CompareCommand;
import org.attn4j.cli.explain.ExplainCommand;
import org.attn4j.cli.model.AnswerCommand;
import org.attn4j.cli.model.AttributeCommand;
import org.attn4j.cli.model.ClassifyCommand;
import org.attn4j.cli.model.EmbedCommand;
import org.attn4j.cli.model.FillMaskCommand;
import org.attn4j.cli.model.GenerateCommand;
import org.attn4j.cli.model.ScoreCommand;
import org.attn4j.cli.model.ShortlistCommand;
import org.attn4j.cli.model.SimilarityCommand;
import org.attn4j.cli.model.SummarizeCommand;
import org.attn4j.cli.model.TagCommand;
import org.attn4j.cli.model.TranslateCommand;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.retrieval.AskCommand;
import org.attn4j.cli.retrieval.IndexCommand;
import org.attn4j.cli.retrieval.RerankCommand;
import org.attn4j.cli.retrieval.SearchCommand;
import org.attn4j.cli.tools.BenchCommand;
import org.attn4j.cli.tools.BleuCommand;
import org.attn4j.cli.tools.ConvertCommand;
import org.attn4j.cli.tools.DoctorCommand;
import org.attn4j.cli.tools.ExampleCommand;
import org.attn4j.cli.tools.FetchCommand;
import org.attn4j.cli.tools.InspectCommand;
import org.attn4j.cli.tools.MechanismsCommand;
import org.attn4j.cli.tools.ModelsCommand;
import org.attn4j.cli.tools.ParityCommand;
import org.attn4j.cli.training.AverageCommand;
import org.attn4j.cli.training.ConfigsCommand;
import org.attn4j.cli.training.DemoCommand;
import org.attn4j.cli.training.EvaluateCommand;
import org.attn4j.cli.training.MergeCommand;
import org.attn4j.cli.training.ReportCommand;
import org.attn4j.cli.training.TrainCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command without a verb: help and version. */
@Command(
        name = "attn4j",
        description = "Attention on the JVM: train, evaluate and use transformer models.",
        versionProvider = Version.class,
        subcommands = {
            DemoCommand.class,
            TrainCommand.class,
            ReportCommand.class,
            EvaluateCommand.class,
            TranslateCommand.class,
            ShortlistCommand.class,
            ScoreCommand.class,
            CompareCommand.class,
            BleuCommand.class,
            AverageCommand.class,
            MergeCommand.class,
            ConfigsCommand.class,
            MechanismsCommand.class,
            ExplainCommand.class,
            ParityCommand.class,
            ExampleCommand.class,
            VisualizeCommand.class,
            AttendCommand.class,
            DiffCommand.class,
            HeadsCommand.class,
            FillMaskCommand.class,
            ClassifyCommand.class,
            AnswerCommand.class,
            TagCommand.class,
            AttributeCommand.class,
            EmbedCommand.class,
            SimilarityCommand.class,
            IndexCommand.class,
            SearchCommand.class,
            RerankCommand.class,
            AskCommand.class,
            GenerateCommand.class,
            SummarizeCommand.class,
            FetchCommand.class,
            ConvertCommand.class,
            InspectCommand.class,
            AblateCommand.class,
            ModelsCommand.class,
            BenchCommand.class,
            DoctorCommand.class
        })
final class Attn4jCommand implements Runnable {

    @Mixin private CommonOptions common;

    @Option(names = "--version", versionHelp = true, description = "Shows the version.")
    private boolean version;

    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a verb is needed");
    }
}
