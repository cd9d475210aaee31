package io.quittance.intake.file;

import io.quittance.domain.intake.ClientDirectory;
import io.quittance.domain.intake.DecidedFiles;
import io.quittance.domain.report.ClientViews;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.dsl.Pollers;
import org.springframework.integration.file.FileReadingMessageSource;
import org.springframework.integration.file.RecursiveDirectoryScanner;
import org.springframework.integration.file.filters.FileListFilter;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;
import tools.jackson.databind.json.JsonMapper;

/**
 * Watches the inbox: look for files that are ready, take each in, one after another. There only if {@code
 * quittance.inbox.directory} is set.
 *
 * <p>Seen files are not remembered in memory: a file is out of the flow when it is out of the folder. If taking one in
 * fails, because the database is away, it stays and is tried again at the next look.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty("quittance.inbox.directory")
@EnableConfigurationProperties(InboxSettings.class)
@EnableIntegration
public class InboxFlow {

    /** Inbox and a client's own folder. */
    private static final int DEPTH = 2;

    @Bean
    Inbox inbox(InboxSettings settings, ClientDirectory directory, FileDoor door, ClientViews views, JsonMapper json)
            throws IOException {
        return new Inbox(settings, Clock.systemUTC(), directory, door, views, json);
    }

    /**
     * Every poller's scheduler, by the name that Spring Integration looks for. Real threads: on virtual ones a fixed
     * delay is not kept, and one file was seen to be taken twice at once.
     */
    @Bean
    ThreadPoolTaskScheduler taskScheduler() {
        var scheduler = new ThreadPoolTaskScheduler();
        scheduler.setPoolSize(2);
        scheduler.setThreadNamePrefix("intake-");
        scheduler.setVirtualThreads(false);
        scheduler.setWaitForTasksToCompleteOnShutdown(true);
        scheduler.setAwaitTerminationMillis(Duration.ofSeconds(30).toMillis());
        return scheduler;
    }

    @Bean
    IntegrationFlow inboxToQueue(Inbox inbox, InboxSettings settings) {
        return IntegrationFlow.from(
                        readyFiles(inbox),
                        endpoint -> endpoint.poller(
                                Pollers.fixedDelay(settings.pollInterval()).maxMessagesPerPoll(100)))
                .handle(message -> take(inbox, (File) message.getPayload()))
                .get();
    }

    /** After each cycle, where the lines of the files that came by folder stand. */
    @Bean
    IntegrationFlow resultsToOutbox(Inbox inbox, DecidedFiles decided, InboxSettings settings) {
        return IntegrationFlow.fromSupplier(
                        () -> decided.next(inbox::writeResults) ? Boolean.TRUE : null,
                        endpoint -> endpoint.poller(
                                Pollers.fixedDelay(settings.pollInterval()).maxMessagesPerPoll(100)))
                .nullChannel();
    }

    private static FileReadingMessageSource readyFiles(Inbox inbox) {
        var scanner = new RecursiveDirectoryScanner();
        scanner.setMaxDepth(DEPTH);
        scanner.setFilter(new ReadyFiles(inbox));
        var source = new FileReadingMessageSource();
        source.setDirectory(inbox.watched().toFile());
        source.setScanner(scanner);
        return source;
    }

    private static void take(Inbox inbox, File file) {
        try {
            inbox.take(file.toPath());
        } catch (IOException e) {
            throw new UncheckedIOException("inbox file " + file.getName() + " is left for the next look", e);
        }
    }

    private record ReadyFiles(Inbox inbox) implements FileListFilter<File> {

        @Override
        public List<File> filterFiles(File @Nullable [] files) {
            return files == null
                    ? List.of()
                    : Arrays.stream(files).filter(this::accept).toList();
        }

        @Override
        public boolean accept(File file) {
            return inbox.isReady(file.toPath());
        }

        @Override
        public boolean supportsSingleFileFiltering() {
            return true;
        }
    }
}
