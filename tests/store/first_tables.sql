-- A database as it was made before there were migrations: its tables, two scenarios, a fleet, a draft.
CREATE TABLE scenarios (
	id VARCHAR(32) NOT NULL,
	created_at DATETIME NOT NULL,
	PRIMARY KEY (id)
);
INSERT INTO "scenarios" VALUES('parcdessai22','2026-11-02 09:00:00.250000');
INSERT INTO "scenarios" VALUES('contreprop33','2026-11-02 11:00:00.750000');
CREATE TABLE fleets (
	hash VARCHAR(64) NOT NULL,
	content TEXT NOT NULL,
	PRIMARY KEY (hash)
);
INSERT INTO "fleets" VALUES('d49546db6fbf31c520b47ebaa2791b5a71947e3f5e9eb0f4590457923e4bec2d','{"columns":{"acts_billed":[8000,6500.5,0],"machine_id":["a","b","c"]},"label":"Parc d''essai","synthetic":false,"year":2024}');
CREATE TABLE revisions (
	scenario_id VARCHAR(32) NOT NULL,
	number INTEGER NOT NULL,
	parent INTEGER,
	hash VARCHAR(64) NOT NULL,
	name TEXT NOT NULL,
	saved_at DATETIME NOT NULL,
	author TEXT NOT NULL,
	reason TEXT NOT NULL,
	changes JSON NOT NULL,
	fleet_hash VARCHAR(64),
	content TEXT NOT NULL,
	PRIMARY KEY (scenario_id, number),
	CONSTRAINT revisions_number CHECK (number >= 1),
	FOREIGN KEY(scenario_id, parent) REFERENCES revisions (scenario_id, number),
	FOREIGN KEY(scenario_id) REFERENCES scenarios (id),
	FOREIGN KEY(fleet_hash) REFERENCES fleets (hash)
);
INSERT INTO "revisions" VALUES('parcdessai22',1,NULL,'e891bd09b35ef159205ea43dff30647007597bdcf8a8c608b62facbb89f06652','Été « 1,5 T »','2026-11-02 09:00:00.250000','Zoé','départ','[]','d49546db6fbf31c520b47ebaa2791b5a71947e3f5e9eb0f4590457923e4bec2d','{
  "format": 1,
  "name": "Été « 1,5 T »",
  "description": "à débattre",
  "perimeter": "legal_2024",
  "conventions": {
    "capital": "annuity",
    "activity": "observed",
    "amortised_charge": "none",
    "inpatients_count": true,
    "investment": "rate_gap"
  },
  "overrides": [],
  "correlations": [],
  "savings": {
    "target_eur": 300000000.0,
    "reading": "cumulated",
    "share_on_fee": 0.5,
    "other_levers": [],
    "yearly_eur": {},
    "carry_over": false
  },
  "rules": {
    "step_dates": [
      "2027-01-01"
    ],
    "largest_cut_per_step": 0.25,
    "no_rise": true,
    "degressive": true,
    "amortised_not_above": true,
    "zones_in_order": true,
    "floor_share_of_cost": {},
    "rounding_eur": 0.01,
    "demands": [],
    "objectives": [
      "loss",
      "exact",
      "even"
    ],
    "return_on_cost": 0.0,
    "cost_risk": "principal",
    "cost_level": 0.8,
    "structure": [],
    "behaviour": {
      "elasticity": {},
      "renewal": 0.0,
      "second_machine": 0.0
    }
  },
  "seed": 2024,
  "fleet": null
}
');
INSERT INTO "revisions" VALUES('parcdessai22',2,1,'f844110b6084c01fff662e41477cbb41af779b2b89f1e7f502ea6134bf101a4d','Été « 1,5 T »','2026-11-02 10:00:00.500000','Ali','devis du 3 mai','[{"key": "overrides.irm.purchase_price.irm_1_5t.mode", "before": null, "after": 1100000.0}, {"key": "overrides.irm.purchase_price.irm_1_5t.source", "before": null, "after": "saisie de l''expert"}, {"key": "overrides.irm.purchase_price.irm_1_5t.grade", "before": null, "after": "D"}, {"key": "overrides.irm.purchase_price.irm_1_5t.author", "before": null, "after": ""}, {"key": "overrides.irm.purchase_price.irm_1_5t.reason", "before": null, "after": ""}]','d49546db6fbf31c520b47ebaa2791b5a71947e3f5e9eb0f4590457923e4bec2d','{
  "format": 1,
  "name": "Été « 1,5 T »",
  "description": "à débattre",
  "perimeter": "legal_2024",
  "conventions": {
    "capital": "annuity",
    "activity": "observed",
    "amortised_charge": "none",
    "inpatients_count": true,
    "investment": "rate_gap"
  },
  "overrides": [
    {
      "parameter": "irm.purchase_price.irm_1_5t",
      "mode": 1100000.0,
      "low": null,
      "high": null,
      "vat": null,
      "source": "saisie de l''expert",
      "grade": "D",
      "author": "",
      "reason": "",
      "date": null
    }
  ],
  "correlations": [],
  "savings": {
    "target_eur": 300000000.0,
    "reading": "cumulated",
    "share_on_fee": 0.5,
    "other_levers": [],
    "yearly_eur": {},
    "carry_over": false
  },
  "rules": {
    "step_dates": [
      "2027-01-01"
    ],
    "largest_cut_per_step": 0.25,
    "no_rise": true,
    "degressive": true,
    "amortised_not_above": true,
    "zones_in_order": true,
    "floor_share_of_cost": {},
    "rounding_eur": 0.01,
    "demands": [],
    "objectives": [
      "loss",
      "exact",
      "even"
    ],
    "return_on_cost": 0.0,
    "cost_risk": "principal",
    "cost_level": 0.8,
    "structure": [],
    "behaviour": {
      "elasticity": {},
      "renewal": 0.0,
      "second_machine": 0.0
    }
  },
  "seed": 2024,
  "fleet": null
}
');
INSERT INTO "revisions" VALUES('contreprop33',1,NULL,'8168333ffb5c56bd40f2c8a9f94151a93d995d93f2aaa72daaabf2fa42b14661','Contre-proposition','2026-11-02 11:00:00.750000','Eve','l''autre partie','[]',NULL,'{
  "format": 1,
  "name": "Contre-proposition",
  "description": "",
  "perimeter": "legal_2024",
  "conventions": {
    "capital": "annuity",
    "activity": "observed",
    "amortised_charge": "none",
    "inpatients_count": true,
    "investment": "rate_gap"
  },
  "overrides": [],
  "correlations": [],
  "savings": {
    "target_eur": 300000000.0,
    "reading": "cumulated",
    "share_on_fee": 0.5,
    "other_levers": [],
    "yearly_eur": {},
    "carry_over": false
  },
  "rules": {
    "step_dates": [
      "2027-01-01"
    ],
    "largest_cut_per_step": 0.25,
    "no_rise": true,
    "degressive": true,
    "amortised_not_above": true,
    "zones_in_order": true,
    "floor_share_of_cost": {},
    "rounding_eur": 0.01,
    "demands": [],
    "objectives": [
      "loss",
      "exact",
      "even"
    ],
    "return_on_cost": 0.0,
    "cost_risk": "principal",
    "cost_level": 0.8,
    "structure": [],
    "behaviour": {
      "elasticity": {},
      "renewal": 0.0,
      "second_machine": 0.0
    }
  },
  "seed": 7,
  "fleet": null
}
');
CREATE TABLE drafts (
	token VARCHAR(32) NOT NULL,
	scenario_id VARCHAR(32),
	number INTEGER,
	kept_at DATETIME NOT NULL,
	content TEXT NOT NULL,
	PRIMARY KEY (token)
);
INSERT INTO "drafts" VALUES('brouillon-22','parcdessai22',2,'2026-11-02 12:00:01.000000','{
  "format": 1,
  "name": "Été « 1,5 T »",
  "description": "à débattre",
  "perimeter": "legal_2024",
  "conventions": {
    "capital": "annuity",
    "activity": "observed",
    "amortised_charge": "none",
    "inpatients_count": true,
    "investment": "rate_gap"
  },
  "overrides": [
    {
      "parameter": "irm.purchase_price.irm_1_5t",
      "mode": 1200000.0,
      "low": null,
      "high": null,
      "vat": null,
      "source": "saisie de l''expert",
      "grade": "D",
      "author": "",
      "reason": "",
      "date": null
    }
  ],
  "correlations": [],
  "savings": {
    "target_eur": 300000000.0,
    "reading": "cumulated",
    "share_on_fee": 0.5,
    "other_levers": [],
    "yearly_eur": {},
    "carry_over": false
  },
  "rules": {
    "step_dates": [
      "2027-01-01"
    ],
    "largest_cut_per_step": 0.25,
    "no_rise": true,
    "degressive": true,
    "amortised_not_above": true,
    "zones_in_order": true,
    "floor_share_of_cost": {},
    "rounding_eur": 0.01,
    "demands": [],
    "objectives": [
      "loss",
      "exact",
      "even"
    ],
    "return_on_cost": 0.0,
    "cost_risk": "principal",
    "cost_level": 0.8,
    "structure": [],
    "behaviour": {
      "elasticity": {},
      "renewal": 0.0,
      "second_machine": 0.0
    }
  },
  "seed": 2024,
  "fleet": {
    "year": 2024,
    "label": "Parc d''essai",
    "synthetic": false,
    "columns": {
      "machine_id": [
        "a",
        "b",
        "c"
      ],
      "acts_billed": [
        8000,
        6500.5,
        0
      ]
    }
  }
}
');
CREATE TRIGGER scenarios_no_update BEFORE update ON scenarios BEGIN SELECT RAISE(ABORT, 'scenarios is append-only'); END;
CREATE TRIGGER scenarios_no_delete BEFORE delete ON scenarios BEGIN SELECT RAISE(ABORT, 'scenarios is append-only'); END;
CREATE TRIGGER fleets_no_update BEFORE update ON fleets BEGIN SELECT RAISE(ABORT, 'fleets is append-only'); END;
CREATE TRIGGER fleets_no_delete BEFORE delete ON fleets BEGIN SELECT RAISE(ABORT, 'fleets is append-only'); END;
CREATE TRIGGER revisions_no_update BEFORE update ON revisions BEGIN SELECT RAISE(ABORT, 'revisions is append-only'); END;
CREATE TRIGGER revisions_no_delete BEFORE delete ON revisions BEGIN SELECT RAISE(ABORT, 'revisions is append-only'); END;
