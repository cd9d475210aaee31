package io.quittance.intake.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.domain.report.ClientViews;
import io.swagger.v3.core.jackson.ModelResolver;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.apache.catalina.core.StandardHost;
import org.apache.tomcat.util.threads.VirtualThreadExecutor;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.PropertySource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import tools.jackson.databind.json.JsonMapper;

/**
 * The HTTP door. It needs the domain's ports as beans ({@code IntakeQueue}, {@code FileIntake}, {@code ClientDirectory},
 * {@code Approvals}, {@code BankViews}, {@code ClientViews}, {@code Webhooks}; {@code Sandbox} if {@code quittance.sandbox}
 * is true) and takes its limits from {@code quittance.http}.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({HttpLimits.class, OauthSettings.class})
@PropertySource("classpath:io/quittance/intake/http/door.properties")
@Import({
    SubmissionController.class,
    ViewController.class,
    FileController.class,
    ApprovalController.class,
    ClientController.class,
    WebhookController.class,
    SandboxController.class,
    HealthController.class,
    ProblemAdvice.class,
    ProblemErrors.class,
    ApiDescription.class
})
public class HttpDoor {

    /** Keys and tokens only: no session, no form, no cookie, hence nothing that another site could ride on. */
    @Bean
    SecurityFilterChain apiSecurity(
            HttpSecurity http, ClientDirectory directory, HttpLimits limits, OauthSettings oauth, JsonMapper json)
            throws Exception {
        AccessTokens tokens = oauth.issuer() == null ? null : new AccessTokens(oauth, directory);
        return http.addFilterBefore(new ReadableMediaTypes(json), AuthorizationFilter.class)
                .addFilterBefore(
                        new ApiKeyFilter(directory, tokens, new RateLimits(limits.requestsPerSecond()), json),
                        AuthorizationFilter.class)
                .authorizeHttpRequests(requests -> requests.dispatcherTypeMatchers(DispatcherType.ERROR)
                        .permitAll()
                        .requestMatchers("/health", "/health/**", "/openapi.json")
                        .permitAll()
                        .anyRequest()
                        .authenticated())
                .exceptionHandling(handling -> handling.authenticationEntryPoint((request, response, e) -> {
                            response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"quittance\"");
                            write(response, json, Problem.of(ProblemCode.UNAUTHENTICATED, null));
                        })
                        .accessDeniedHandler((request, response, e) ->
                                write(response, json, Problem.of(ProblemCode.MISSING_SCOPE, null))))
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .csrf(AbstractHttpConfigurer::disable)
                .formLogin(AbstractHttpConfigurer::disable)
                .httpBasic(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .build();
    }

    @Bean
    OutcomeWait outcomeWait(ClientViews views) {
        return new OutcomeWait(views);
    }

    /** Timing each filter of the chain would cost more than the filters do; requests as a whole are timed. */
    @Bean
    SecurityObservationSettings noObservationOfFilters() {
        return SecurityObservationSettings.noObservations();
    }

    /** There are no users with passwords; without this bean the framework would invent one. */
    @Bean
    AuthenticationManager noPasswords() {
        return authentication -> {
            throw new AuthenticationServiceException("clients are known by their keys");
        };
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> problemsOfTheContainer() {
        return factory -> factory.addContextCustomizers(context -> {
            if (context.getParent() instanceof StandardHost host) {
                host.setErrorReportValveClass(ProblemValve.class.getName());
            }
        });
    }

    /** A thread for each request costs little, so senders that dawdle over their bodies keep nobody else waiting. */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> threadPerRequest() {
        return factory -> factory.addProtocolHandlerCustomizers(
                handler -> handler.setExecutor(new VirtualThreadExecutor("tomcat-handler-")));
    }

    /** No text of ours has the character, and the database takes none that has it. */
    @Bean
    WebMvcConfigurer noNulInQueries() {
        return new WebMvcConfigurer() {
            @Override
            public void addInterceptors(InterceptorRegistry registry) {
                registry.addInterceptor(new HandlerInterceptor() {
                    @Override
                    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
                        String query = request.getQueryString();
                        if (query != null && query.contains("%00")) {
                            throw new ProblemException(ProblemCode.BAD_PARAMETER, "the query has a NUL (%00)");
                        }
                        return true;
                    }
                });
            }
        };
    }

    /** The description names fields as the answers do. */
    @Bean
    ModelResolver snakeCaseModels() {
        var mapper = new ObjectMapper();
        mapper.setPropertyNamingStrategy(com.fasterxml.jackson.databind.PropertyNamingStrategies.SNAKE_CASE);
        return new ModelResolver(mapper).openapi31(true);
    }

    @Bean
    RecordShapes recordShapes() {
        return new RecordShapes();
    }

    static void write(HttpServletResponse response, JsonMapper json, Problem problem) throws IOException {
        response.setStatus(problem.status());
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        if (problem.isForNow() && !response.containsHeader(HttpHeaders.RETRY_AFTER)) {
            response.setHeader(HttpHeaders.RETRY_AFTER, Problem.RETRY_AFTER_SECONDS);
        }
        response.getOutputStream().write(json.writeValueAsBytes(problem));
    }
}
