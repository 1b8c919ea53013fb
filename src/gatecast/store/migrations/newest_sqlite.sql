CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

CREATE TABLE imports (
	import_id INTEGER NOT NULL, 
	imported_at DATETIME NOT NULL, 
	source TEXT NOT NULL, 
	added INTEGER NOT NULL, 
	changed INTEGER NOT NULL, 
	unchanged INTEGER NOT NULL, 
	refused INTEGER NOT NULL, 
	undone_at DATETIME, 
	CONSTRAINT pk_imports PRIMARY KEY (import_id)
);

CREATE TABLE further_columns (
	name TEXT NOT NULL, 
	declaration TEXT NOT NULL, 
	CONSTRAINT pk_further_columns PRIMARY KEY (name)
);

CREATE TABLE games (
	game_id TEXT NOT NULL, 
	date DATE, 
	start_time TIME, 
	day_night TEXT, 
	number SMALLINT NOT NULL, 
	venue TEXT NOT NULL, 
	home TEXT NOT NULL, 
	visitor TEXT, 
	season INTEGER, 
	home_league TEXT, 
	visitor_league TEXT, 
	capacity INTEGER, 
	promotion TEXT, 
	temperature_c DOUBLE, 
	wind_kmh DOUBLE, 
	sky TEXT, 
	precipitation TEXT, 
	home_starter TEXT, 
	visitor_starter TEXT, 
	home_runs SMALLINT, 
	visitor_runs SMALLINT, 
	further JSON NOT NULL, 
	place INTEGER NOT NULL, 
	withdrawn BOOLEAN NOT NULL, venue_opened INTEGER, expected_wins DOUBLE, 
	CONSTRAINT pk_games PRIMARY KEY (game_id)
);

CREATE TABLE game_changes (
	import_id INTEGER NOT NULL, 
	game_id TEXT NOT NULL, 
	"before" JSON, 
	CONSTRAINT pk_game_changes PRIMARY KEY (import_id, game_id), 
	CONSTRAINT fk_game_changes_import_id FOREIGN KEY(import_id) REFERENCES imports (import_id), 
	CONSTRAINT fk_game_changes_game_id FOREIGN KEY(game_id) REFERENCES games (game_id)
);

CREATE INDEX ix_game_changes_game_id ON game_changes (game_id);

CREATE TABLE outcomes (
	outcome_id INTEGER NOT NULL, 
	game_id TEXT NOT NULL, 
	attendance INTEGER, 
	scanned INTEGER, 
	known_at DATETIME NOT NULL, 
	recorded_at DATETIME NOT NULL, 
	import_id INTEGER NOT NULL, 
	CONSTRAINT pk_outcomes PRIMARY KEY (outcome_id), 
	CONSTRAINT fk_outcomes_game_id FOREIGN KEY(game_id) REFERENCES games (game_id), 
	CONSTRAINT fk_outcomes_import_id FOREIGN KEY(import_id) REFERENCES imports (import_id)
);

CREATE INDEX ix_outcomes_game_id_outcome_id ON outcomes (game_id, outcome_id);

CREATE TABLE tickets_sold (
	snapshot_id INTEGER NOT NULL, 
	game_id TEXT NOT NULL, 
	as_of DATE NOT NULL, 
	tickets INTEGER NOT NULL, 
	recorded_at DATETIME NOT NULL, 
	CONSTRAINT pk_tickets_sold PRIMARY KEY (snapshot_id), 
	CONSTRAINT fk_tickets_sold_game_id FOREIGN KEY(game_id) REFERENCES games (game_id)
);

CREATE INDEX ix_tickets_sold_game_id_as_of ON tickets_sold (game_id, as_of);

CREATE TABLE forecast_issues (
	issue_id INTEGER NOT NULL, 
	issued_at DATETIME NOT NULL, 
	recorded_at DATETIME NOT NULL, 
	model_id TEXT NOT NULL, 
	rows INTEGER NOT NULL, 
	CONSTRAINT pk_forecast_issues PRIMARY KEY (issue_id)
);

CREATE TABLE forecasts (
	issue_id INTEGER NOT NULL, 
	game_id TEXT NOT NULL, 
	lead TEXT NOT NULL, 
	as_of DATE, 
	mean DOUBLE NOT NULL, 
	q05 DOUBLE NOT NULL, 
	q10 DOUBLE NOT NULL, 
	q25 DOUBLE NOT NULL, 
	q50 DOUBLE NOT NULL, 
	q75 DOUBLE NOT NULL, 
	q90 DOUBLE NOT NULL, 
	q95 DOUBLE NOT NULL, 
	p_sellout DOUBLE, 
	further JSON NOT NULL, 
	CONSTRAINT pk_forecasts PRIMARY KEY (issue_id, game_id, lead), 
	CONSTRAINT fk_forecasts_issue_id FOREIGN KEY(issue_id) REFERENCES forecast_issues (issue_id), 
	CONSTRAINT fk_forecasts_game_id FOREIGN KEY(game_id) REFERENCES games (game_id)
);

CREATE TABLE plans (
	plan_id INTEGER NOT NULL, 
	issued_at DATETIME NOT NULL, 
	recorded_at DATETIME NOT NULL, 
	issue_id INTEGER, 
	"plan" TEXT NOT NULL, 
	operations TEXT NOT NULL, 
	CONSTRAINT pk_plans PRIMARY KEY (plan_id), 
	CONSTRAINT fk_plans_issue_id FOREIGN KEY(issue_id) REFERENCES forecast_issues (issue_id)
);

CREATE TRIGGER forecast_issues_no_update BEFORE UPDATE ON forecast_issues BEGIN SELECT RAISE(ABORT, 'rows of forecast_issues are kept as they were recorded'); END;

CREATE TRIGGER forecast_issues_no_delete BEFORE DELETE ON forecast_issues BEGIN SELECT RAISE(ABORT, 'rows of forecast_issues are kept as they were recorded'); END;

CREATE TRIGGER forecast_issues_no_replace BEFORE INSERT ON forecast_issues WHEN EXISTS (SELECT 1 FROM forecast_issues WHERE issue_id = NEW.issue_id) BEGIN SELECT RAISE(ABORT, 'rows of forecast_issues are kept as they were recorded'); END;

CREATE TRIGGER forecasts_no_update BEFORE UPDATE ON forecasts BEGIN SELECT RAISE(ABORT, 'rows of forecasts are kept as they were recorded'); END;

CREATE TRIGGER forecasts_no_delete BEFORE DELETE ON forecasts BEGIN SELECT RAISE(ABORT, 'rows of forecasts are kept as they were recorded'); END;

CREATE TRIGGER forecasts_no_replace BEFORE INSERT ON forecasts WHEN EXISTS (SELECT 1 FROM forecasts WHERE issue_id = NEW.issue_id AND game_id = NEW.game_id AND lead = NEW.lead) BEGIN SELECT RAISE(ABORT, 'rows of forecasts are kept as they were recorded'); END;

CREATE TRIGGER plans_no_update BEFORE UPDATE ON plans BEGIN SELECT RAISE(ABORT, 'rows of plans are kept as they were recorded'); END;

CREATE TRIGGER plans_no_delete BEFORE DELETE ON plans BEGIN SELECT RAISE(ABORT, 'rows of plans are kept as they were recorded'); END;

CREATE TRIGGER plans_no_replace BEFORE INSERT ON plans WHEN EXISTS (SELECT 1 FROM plans WHERE plan_id = NEW.plan_id) BEGIN SELECT RAISE(ABORT, 'rows of plans are kept as they were recorded'); END;

CREATE TRIGGER outcomes_no_update BEFORE UPDATE ON outcomes BEGIN SELECT RAISE(ABORT, 'rows of outcomes are kept as they were recorded'); END;

CREATE TRIGGER outcomes_no_delete BEFORE DELETE ON outcomes BEGIN SELECT RAISE(ABORT, 'rows of outcomes are kept as they were recorded'); END;

CREATE TRIGGER outcomes_no_replace BEFORE INSERT ON outcomes WHEN EXISTS (SELECT 1 FROM outcomes WHERE outcome_id = NEW.outcome_id) BEGIN SELECT RAISE(ABORT, 'rows of outcomes are kept as they were recorded'); END;

CREATE TRIGGER tickets_sold_no_update BEFORE UPDATE ON tickets_sold BEGIN SELECT RAISE(ABORT, 'rows of tickets_sold are kept as they were recorded'); END;

CREATE TRIGGER tickets_sold_no_delete BEFORE DELETE ON tickets_sold BEGIN SELECT RAISE(ABORT, 'rows of tickets_sold are kept as they were recorded'); END;

CREATE TRIGGER tickets_sold_no_replace BEFORE INSERT ON tickets_sold WHEN EXISTS (SELECT 1 FROM tickets_sold WHERE snapshot_id = NEW.snapshot_id) BEGIN SELECT RAISE(ABORT, 'rows of tickets_sold are kept as they were recorded'); END;

CREATE TABLE revisions (
	area TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	CONSTRAINT pk_revisions PRIMARY KEY (area)
);

CREATE TABLE settings (
	"key" TEXT NOT NULL, 
	value JSON NOT NULL, 
	changed_at DATETIME NOT NULL, version INTEGER DEFAULT '1' NOT NULL, 
	CONSTRAINT pk_settings PRIMARY KEY ("key")
);

CREATE TABLE jobs (
	job_id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	params JSON NOT NULL, 
	state TEXT NOT NULL, 
	done DOUBLE NOT NULL, 
	message TEXT NOT NULL, 
	cancelling BOOLEAN NOT NULL, 
	started_at DATETIME NOT NULL, 
	heartbeat_at DATETIME NOT NULL, 
	finished_at DATETIME, slot TEXT, worker TEXT, 
	CONSTRAINT pk_jobs PRIMARY KEY (job_id)
);

CREATE TABLE sessions (
	digest TEXT NOT NULL, 
	expires_at DATETIME NOT NULL, 
	CONSTRAINT pk_sessions PRIMARY KEY (digest)
);

CREATE TABLE tokens (
	token_id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	may_write BOOLEAN NOT NULL, 
	made_at DATETIME NOT NULL
);

CREATE UNIQUE INDEX ix_tokens_digest ON tokens (digest);

CREATE INDEX ix_forecasts_game_id_issue_id ON forecasts (game_id, issue_id);

CREATE TABLE setting_versions (
	"key" TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	value JSON NOT NULL, 
	CONSTRAINT pk_setting_versions PRIMARY KEY ("key", version)
);

CREATE UNIQUE INDEX ix_jobs_slot ON jobs (slot);

CREATE TABLE game_statuses (
	game_id TEXT NOT NULL, 
	status TEXT NOT NULL, 
	CONSTRAINT pk_game_statuses PRIMARY KEY (game_id), 
	CONSTRAINT fk_game_statuses_game_id FOREIGN KEY(game_id) REFERENCES games (game_id)
);

CREATE TABLE forecast_inputs (
	issue_id INTEGER NOT NULL, 
	inputs JSON NOT NULL, 
	CONSTRAINT pk_forecast_inputs PRIMARY KEY (issue_id), 
	CONSTRAINT fk_forecast_inputs_issue_id FOREIGN KEY(issue_id) REFERENCES forecast_issues (issue_id)
);

CREATE TABLE plan_inputs (
	plan_id INTEGER NOT NULL, 
	inputs JSON NOT NULL, 
	CONSTRAINT pk_plan_inputs PRIMARY KEY (plan_id), 
	CONSTRAINT fk_plan_inputs_plan_id FOREIGN KEY(plan_id) REFERENCES plans (plan_id)
);

CREATE TABLE overrides (
	override_id INTEGER NOT NULL, 
	game_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	name TEXT NOT NULL, 
	value DOUBLE, 
	reason TEXT NOT NULL, 
	beside JSON NOT NULL, 
	recorded_at DATETIME NOT NULL, 
	CONSTRAINT pk_overrides PRIMARY KEY (override_id), 
	CONSTRAINT fk_overrides_game_id FOREIGN KEY(game_id) REFERENCES games (game_id)
);

CREATE INDEX ix_overrides_game_id ON overrides (game_id);

CREATE TRIGGER forecast_inputs_no_update BEFORE UPDATE ON forecast_inputs BEGIN SELECT RAISE(ABORT, 'rows of forecast_inputs are kept as they were recorded'); END;

CREATE TRIGGER forecast_inputs_no_delete BEFORE DELETE ON forecast_inputs BEGIN SELECT RAISE(ABORT, 'rows of forecast_inputs are kept as they were recorded'); END;

CREATE TRIGGER forecast_inputs_no_replace BEFORE INSERT ON forecast_inputs WHEN EXISTS (SELECT 1 FROM forecast_inputs WHERE issue_id = NEW.issue_id) BEGIN SELECT RAISE(ABORT, 'rows of forecast_inputs are kept as they were recorded'); END;

CREATE TRIGGER plan_inputs_no_update BEFORE UPDATE ON plan_inputs BEGIN SELECT RAISE(ABORT, 'rows of plan_inputs are kept as they were recorded'); END;

CREATE TRIGGER plan_inputs_no_delete BEFORE DELETE ON plan_inputs BEGIN SELECT RAISE(ABORT, 'rows of plan_inputs are kept as they were recorded'); END;

CREATE TRIGGER plan_inputs_no_replace BEFORE INSERT ON plan_inputs WHEN EXISTS (SELECT 1 FROM plan_inputs WHERE plan_id = NEW.plan_id) BEGIN SELECT RAISE(ABORT, 'rows of plan_inputs are kept as they were recorded'); END;

CREATE TRIGGER overrides_no_update BEFORE UPDATE ON overrides BEGIN SELECT RAISE(ABORT, 'rows of overrides are kept as they were recorded'); END;

CREATE TRIGGER overrides_no_delete BEFORE DELETE ON overrides BEGIN SELECT RAISE(ABORT, 'rows of overrides are kept as they were recorded'); END;

CREATE TRIGGER overrides_no_replace BEFORE INSERT ON overrides WHEN EXISTS (SELECT 1 FROM overrides WHERE override_id = NEW.override_id) BEGIN SELECT RAISE(ABORT, 'rows of overrides are kept as they were recorded'); END;

INSERT INTO alembic_version VALUES ('0006');

INSERT INTO revisions VALUES ('games', 0);

INSERT INTO revisions VALUES ('tickets', 0);

INSERT INTO revisions VALUES ('forecasts', 0);

INSERT INTO revisions VALUES ('plans', 0);

INSERT INTO revisions VALUES ('settings', 0);
