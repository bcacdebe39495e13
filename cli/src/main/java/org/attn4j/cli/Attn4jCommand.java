package org.attn4j.cli;

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
            EvaluateCommand.class,
            TranslateCommand.class,
            ScoreCommand.class,
            CompareCommand.class,
            BleuCommand.class,
            AverageCommand.class,
            ConfigsCommand.class,
            MechanismsCommand.class,
            ParityCommand.class,
            ExampleCommand.class,
            FillMaskCommand.class,
            ClassifyCommand.class,
            AnswerCommand.class,
            TagCommand.class,
            EmbedCommand.class,
            SimilarityCommand.class,
            GenerateCommand.class,
            SummarizeCommand.class,
            FetchCommand.class,
            ConvertCommand.class,
            InspectCommand.class,
            ModelsCommand.class,
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
