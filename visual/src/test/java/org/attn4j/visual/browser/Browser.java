package org.attn4j.visual.browser;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * Chromium without a window, from the packages {@code chromium} and {@code chromium-driver}. Tests
 * are skipped where they are missing. Both are named by their paths: Selenium, which would look for
 * them in the network, is not asked.
 */
public final class Browser implements AutoCloseable {

    private static final int WIDTH = 1280;
    private static final int HEIGHT = 1000;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** The rules of WCAG 2, levels A and AA, that axe-core can check, and what it advises. */
    private static final String AXE =
            """
            const done = arguments[arguments.length - 1];
            axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]})
               .then(found => done(found.violations.flatMap(it => it.nodes.map(node =>
                   it.id + " " + node.html.slice(0, 200) + " " + node.failureSummary))));
            """;

    /** Held, or the level that is set is lost with it. */
    private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

    private final ChromeDriver driver;

    private Browser(Path chromium, Path chromedriver) {
        ChromeDriverService service =
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(chromedriver.toFile())
                        .withSilent(true)
                        .build();
        driver = new ChromeDriver(service, options(chromium));
    }

    /** Starts it, or skips the test that asks for it. */
    public static Browser start() {
        Optional<Path> chromium = onPath("chromium", "chromium-browser", "google-chrome");
        Optional<Path> chromedriver = onPath("chromedriver");
        assumeTrue(
                chromium.isPresent() && chromedriver.isPresent(),
                "needs chromium and chromedriver on the PATH (Debian: chromium, chromium-driver)");
        SELENIUM.setLevel(Level.SEVERE);
        return new Browser(chromium.orElseThrow(), chromedriver.orElseThrow());
    }

    private static Optional<Path> onPath(String... names) {
        List<String> folders =
                Arrays.asList(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator));
        return Arrays.stream(names)
                .flatMap(name -> folders.stream().map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static ChromeOptions options(Path chromium) {
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium.toFile());
        options.addArguments(
                "--headless=new",
                "--window-size=" + WIDTH + "," + HEIGHT,
                "--disable-dev-shm-usage",
                "--force-device-scale-factor=1",
                "--host-resolver-rules=MAP * ~NOTFOUND");
        if (System.getProperty("user.name").equals("root")) {
            options.addArguments("--no-sandbox"); // Chromium refuses root otherwise
        }
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        logs.enable(LogType.PERFORMANCE, Level.ALL);
        options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
        return options;
    }

    /** Opens a file and waits until its first view is drawn, if it has views. */
    public void open(Path page) {
        driver.get(page.toUri().toString());
        waitUntilDrawn();
    }

    public void waitUntilDrawn() {
        waitUntil(
                """
                const panel = document.getElementById("panel");
                return panel === null
                    || panel.ariaBusy === "false" && panel.querySelector("[role=alert]") === null;
                """);
    }

    /** Waits until a view that fills itself layer by layer is done. */
    public void waitUntilComplete() {
        waitUntil("return document.querySelector('#panel [data-complete=true]') !== null;");
    }

    /** Waits until a script says true. */
    public void waitUntil(String condition) {
        assertTimeoutPreemptively(
                PATIENCE,
                () -> {
                    while (!Boolean.TRUE.equals(run(condition))) {
                        Thread.sleep(10);
                    }
                });
    }

    public void view(String id) {
        one("#view-" + id).click();
        waitUntilDrawn();
    }

    public void click(String selector) {
        one(selector).click();
        waitUntilDrawn();
    }

    /** Chooses the first option whose text starts so. */
    public void choose(String selector, String option) {
        all(selector + " option").stream()
                .filter(it -> it.getText().startsWith(option))
                .findFirst()
                .orElseThrow()
                .click();
        waitUntilDrawn();
    }

    public WebElement one(String selector) {
        return driver.findElement(By.cssSelector(selector));
    }

    public List<WebElement> all(String selector) {
        return driver.findElements(By.cssSelector(selector));
    }

    /** The text as it stands in the document, without the marks around tokens. */
    public String text(String selector) {
        return one(selector).getDomProperty("textContent").replaceAll("[\u2068\u2069]", "");
    }

    /** What is said of the token or cell that is looked at. */
    public String said() {
        return text("#live");
    }

    public void hover(WebElement element) {
        new Actions(driver).moveToElement(element).perform();
    }

    /** Points at a cell of a matrix. */
    public void hoverCell(WebElement map, int row, int column) {
        double cell = number(map, "cell");
        double x = number(map, "left") + (column + 0.5) * cell;
        double y = number(map, "top") + (row + 0.5) * cell;
        // offsets count from the middle
        int width = map.getSize().width;
        int height = map.getSize().height;
        new Actions(driver)
                .moveToElement(
                        map, (int) Math.round(x - width / 2.0), (int) Math.round(y - height / 2.0))
                .perform();
    }

    private static double number(WebElement element, String name) {
        return Double.parseDouble(element.getDomAttribute("data-" + name));
    }

    public void press(CharSequence... keys) {
        new Actions(driver).sendKeys(keys).perform();
    }

    public void pressShiftTab() {
        new Actions(driver).keyDown(Keys.SHIFT).sendKeys(Keys.TAB).keyUp(Keys.SHIFT).perform();
    }

    public void clickMouse() {
        new Actions(driver).click().perform();
    }

    public Object run(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    public Object runAsync(String script, Object... arguments) {
        return driver.executeAsyncScript(script, arguments);
    }

    /** As the reader's system asks for light or dark. */
    public void prefer(String scheme) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
        waitUntilDrawn();
    }

    private void size(int width, int height) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    public byte[] picture() {
        return driver.getScreenshotAs(OutputType.BYTES);
    }

    public byte[] pdf() {
        Object data =
                driver.executeCdpCommand("Page.printToPDF", Map.of("printBackground", true))
                        .get("data");
        return Base64.getDecoder().decode((String) data);
    }

    /** Looks at the page on a screen as wide as that of a telephone. */
    public void whileNarrow(Runnable look) {
        size(360, 740);
        try {
            look.run();
        } finally {
            size(WIDTH, HEIGHT);
        }
    }

    /** Whether something lies beside the window, where it is found by scrolling alone. */
    public boolean scrollsToTheSide() {
        return (Boolean)
                run(
                        "const page = document.documentElement;"
                                + "return page.scrollWidth > page.clientWidth;");
    }

    /** What axe-core finds wrong with what is shown. */
    public List<?> violations() {
        run(axe());
        return (List<?>) runAsync(AXE);
    }

    private static String axe() {
        try (InputStream in =
                Browser.class.getResourceAsStream(
                        "/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Warnings and errors of the console since the last call. */
    public List<String> complaints() {
        List<String> complaints = new ArrayList<>();
        for (LogEntry entry : driver.manage().logs().get(LogType.BROWSER)) {
            boolean ofAxe = entry.getMessage().contains("willReadFrequently"); // of its canvas
            if (entry.getLevel().intValue() >= Level.WARNING.intValue() && !ofAxe) {
                complaints.add(entry.getMessage());
            }
        }
        return complaints;
    }

    /** The addresses of what was requested since the last call. */
    public List<String> requests() {
        List<String> requests = new ArrayList<>();
        for (LogEntry entry : driver.manage().logs().get(LogType.PERFORMANCE)) {
            String message = entry.getMessage();
            if (message.contains("\"Network.requestWillBeSent\"")) {
                requests.add(
                        message.replaceAll("(?s).*\"request\":.*?\"url\":\"([^\"]*)\".*", "$1"));
            }
        }
        return requests;
    }

    @Override
    public void close() {
        driver.quit();
    }
}
