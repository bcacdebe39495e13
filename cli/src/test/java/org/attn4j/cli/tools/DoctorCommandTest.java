package org.attn4j.cli.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.option.EngineOptions;
import org.junit.jupiter.api.Test;

class DoctorCommandTest {

    @Test
    void findsAWorkingEngine() {
        Outcome outcome = Cli.run("doctor", "--json");
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        JsonObject document = JsonParser.parseString(outcome.out()).getAsJsonObject();
        JsonObject engine = document.getAsJsonObject(EngineOptions.PYTORCH);
        assertTrue(engine.get("works").getAsBoolean(), outcome.out());
        String kernels = document.getAsJsonObject("PyTorch kernels").get("found").getAsString();
        assertTrue(
                kernels.matches("kernels=fused,linear=\\w+,dropout=hash.*right on this machine.*"),
                kernels);
        assertTrue(document.getAsJsonObject("telemetry").get("works").getAsBoolean());
    }

    @Test
    void anEngineThatIsNotThereIsALineOfTheReport() throws Exception {
        EngineProbe.Report report = EngineProbe.start("NoSuchEngine").report();
        assertFalse(report.works());
        assertTrue(report.problem().contains("NoSuchEngine"), report.problem());
    }
}
